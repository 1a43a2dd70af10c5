import { resolve } from "node:path";
import { imageTag } from "../images/tag.ts";
import { type LabSpec, labSpec } from "../lab/spec.ts";
import { type LoadedModel, loadModel, loadWithText } from "../model/load.ts";
import type { Model } from "../model/types.ts";
import { languageModelNames } from "../models/language-models.ts";
import { projectRoot } from "./root.ts";

/** The project's manifest. `DSMIL_MANIFEST` names another file; the stacks read the same variable. */
export const manifestPath = (): string => resolve(projectRoot, process.env.DSMIL_MANIFEST || "manifest.yaml");

/** What it says, resolved. */
export function projectModel(): Model {
  return loadModel(manifestPath());
}

/** The same for what is deployed: the language models that it names must be there. */
export function deployableModel(): Model {
  return deployableManifest().model;
}

/** That, and the text it was resolved from. */
export function deployableManifest(): LoadedModel {
  return loadWithText(manifestPath(), languageModelNames(projectRoot));
}

/** The lab that stands in for the manifest's nodes. */
export function projectLab(model: Model): LabSpec {
  return labSpec(projectRoot, imageTag(projectRoot, "dsmil-lab-node"), model.nodes);
}
