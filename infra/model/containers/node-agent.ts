import { hostName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder } from "./paths.ts";

/** Where a node's agent finds what it may scrape: a folder a tenant, and `shared`. */
export const AGENT_TARGETS = "/etc/dsmil/agent/tenants";
/** The agent's certificate. */
export const AGENT_CERTS = "/etc/dsmil/certs/agent";
/** Loopback port of the agent's health, in the node's network. */
const HEALTH_PORT = 9102;

/**
 * The agent of a node, in the node's network: from there it reaches containers that cannot reach each other. It is root
 * without capabilities, and so may read what is root's, which the engine's files are.
 */
export function nodeAgentPart({ fleet, service, address, common }: PartContext): ContainerPart {
  return {
    user: "0:0",
    env: {
      ...common,
      HTTP_PORT: String(HEALTH_PORT),
      LISTEN_ADDRESS: address,
      AGENT_PORT: String(service.port),
      AGENT_NAME: hostName(service.node, fleet.domain),
      SCRAPER: hostName("prometheus", fleet.domain),
      CERTS_DIR: "/etc/dsmil/certs",
      TARGETS_DIR: "/run/dsmil/targets",
      ENGINE_DIR: "/host/containers",
      CGROUP_DIR: "/host/cgroup",
    },
    mounts: [
      caFolder,
      folder(AGENT_CERTS, "/etc/dsmil/certs"),
      folder(AGENT_TARGETS, "/run/dsmil/targets"),
      folder("/var/lib/docker/containers", "/host/containers"),
      folder("/sys/fs/cgroup", "/host/cgroup"),
    ],
    tmpfs: {},
    health: {
      kind: "exec",
      port: HEALTH_PORT,
      argv: ["busybox", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${HEALTH_PORT}/healthz`],
    },
    stopSeconds: 10,
    volumes: [],
  };
}
