import type { ContainerPart, PartContext } from "./part.ts";
import { folder, MODELS_FOLDER } from "./paths.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** What each image loads. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  "dsmil-l3-router": ["l3-sensor-fusion"],
  "dsmil-l4-classifier": ["l4-threat-classifier"],
  "dsmil-l5-forecaster": ["l5-forecaster"],
  "dsmil-l6-risk": ["l6-risk"],
  "dsmil-l7-rag": ["l7-encoder"],
};

/** A program of one tenant that decides by models, which it sees all of and writes none. */
export function modelProgramPart(context: PartContext): ContainerPart {
  const part = tenantProgramPart(context);
  return {
    ...part,
    env: { ...part.env, MODELS_DIR: MODELS_FOLDER, FLEET_ROOT_FILE: "/etc/dsmil/ca/fleet-root.pub" },
    mounts: [...part.mounts, folder(MODELS_FOLDER, MODELS_FOLDER)],
    models: MODELS[context.service.image] ?? [],
  };
}
