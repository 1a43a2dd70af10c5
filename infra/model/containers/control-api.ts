import { hostName, volumeName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, volume as dataVolume, folder } from "./paths.ts";

/** Certificates of the control API, and the authority of its clients'. */
export const CONTROL_CERTS = "/etc/dsmil/certs/control";
/** operators.json, in `shared`. */
export const CONTROL_OPERATORS = "/etc/dsmil/control/operators";
/** What the manifest says of the node: a folder a tenant, and `shared`. */
export const CONTROL_SUMMARIES = "/etc/dsmil/control/tenants";
/** Loopback port of its health, in the node's network. */
export const CONTROL_HEALTH_PORT = 8098;

/**
 * The control API of a node, in the node's network, as its agent is: root without capabilities, which the engine's files
 * need. Only its trail is writable. Where Prometheus runs beside it, it asks it for service levels.
 */
export function controlApiPart({ fleet, service, address, common, neighbours }: PartContext): ContainerPart {
  const trail = volumeName(fleet.name, service.id, "trail");
  const prometheus = neighbours.find(({ id }) => id === "prometheus");
  return {
    user: "0:0",
    env: {
      ...common,
      HTTP_PORT: String(CONTROL_HEALTH_PORT),
      LISTEN_ADDRESS: address,
      CONTROL_PORT: String(service.port),
      CERTS_DIR: "/etc/dsmil/certs",
      OPERATORS_DIR: "/run/dsmil/operators",
      SUMMARY_DIR: "/run/dsmil/summary",
      TRAIL_DIR: "/var/lib/dsmil/trail",
      ENGINE_DIR: "/host/containers",
      CGROUP_DIR: "/host/cgroup",
      ...(prometheus?.publish !== undefined && {
        PROMETHEUS_NAME: hostName("prometheus", fleet.domain),
        PROMETHEUS_ADDRESS: address,
        PROMETHEUS_PORT: String(prometheus.publish),
      }),
    },
    mounts: [
      caFolder,
      folder(CONTROL_CERTS, "/etc/dsmil/certs"),
      folder(CONTROL_OPERATORS, "/run/dsmil/operators"),
      folder(CONTROL_SUMMARIES, "/run/dsmil/summary"),
      folder("/var/lib/docker/containers", "/host/containers"),
      folder("/sys/fs/cgroup", "/host/cgroup"),
      dataVolume(trail, "/var/lib/dsmil/trail"),
    ],
    tmpfs: {},
    health: {
      kind: "exec",
      port: CONTROL_HEALTH_PORT,
      argv: ["busybox", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${CONTROL_HEALTH_PORT}/healthz`],
    },
    stopSeconds: 10,
    volumes: [{ name: trail, node: service.node, driverOpts: {} }],
  };
}
