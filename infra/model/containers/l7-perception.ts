import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, FLEET_ROOT_FILE, folder, MODELS_FOLDER, scratch } from "./paths.ts";

/** Vision and speech: sees models and the bus, no secret and no store. */
export function l7PerceptionPart(context: PartContext): ContainerPart {
  const { service, common } = context;
  return {
    env: { ...common, HTTP_PORT: String(service.port), MODELS_DIR: MODELS_FOLDER, FLEET_ROOT_FILE },
    mounts: [caFolder, folder(MODELS_FOLDER, MODELS_FOLDER), ...busMount(context)],
    models: ["l7-speech", "l7-vision"],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 15,
    volumes: [],
  };
}
