import type { Service } from "../types.ts";
import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, FLEET_ROOT_FILE, folder, scratch } from "./paths.ts";

/** The tenant's defence that checks prompts, where the fleet has it. */
const DEFENCE = 51;

/** L7 router: reads the tenants' key registries from a folder that it watches, so tenants come and go unnoticed. */
export function l7RouterPart(context: PartContext): ContainerPart {
  const { service, common, needs, served } = context;
  const workers = needs.filter(({ image }) => image === "dsmil-l7-worker");
  return {
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      API_KEYS_DIR: "/run/dsmil/tenants",
      FLEET_ROOT_FILE,
      WORKERS: workers.flatMap((worker) => addresses(context, worker)).join(","),
      PROMPT_CHECK: served.includes(DEFENCE) ? "required" : "off",
    },
    mounts: [caFolder, folder("/etc/dsmil/l7/tenants", "/run/dsmil/tenants"), ...busMount(context)],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 30,
    volumes: [],
  };
}

/** In the order of services: those of the first device are asked first. */
function addresses({ peers }: PartContext, { id, device = 0, port }: Service): string[] {
  return (peers[id] ?? []).map((address) => `${device}@http://${address}:${port}`);
}
