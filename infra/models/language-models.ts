import { existsSync } from "node:fs";
import { join } from "node:path";
import { allModelNames } from "./model-release.ts";
import { operatorModelNames } from "./operator-model.ts";

/** Names of the language models (GGUF) that a worker can load: the project's and those that operators registered. */
export const languageModelNames = (root: string): readonly string[] =>
  [
    ...allModelNames(root).filter((name) => existsSync(join(root, "models", name, "model.gguf"))),
    ...operatorModelNames(root),
  ].sort();
