import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, FLEET_ROOT_FILE, folder, MODELS_FOLDER, scratch } from "./paths.ts";

/** The language model where the manifest names none; models/l7-tiny says what it is. */
const TINY = "l7-tiny";
/** A worker of this memory, MiB, has a second place to answer. */
const TWO_SLOTS_MIB = 256;

/** L7 worker: sees models and the tenants' public certificates, no secret and no bus. */
export function l7WorkerPart({ service, common }: PartContext): ContainerPart {
  const model = service.languageModel ?? TINY;
  return {
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      MODELS_DIR: MODELS_FOLDER,
      MODEL_NAME: model,
      FLEET_ROOT_FILE,
      CERTIFICATES_DIR: "/run/dsmil/tenants",
      SLOTS: service.memoryMiB >= TWO_SLOTS_MIB ? "2" : "1",
    },
    mounts: [
      caFolder,
      folder("/etc/dsmil/l7-worker/tenants", "/run/dsmil/tenants"),
      folder(MODELS_FOLDER, MODELS_FOLDER),
    ],
    models: [model],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 30,
    volumes: [],
  };
}
