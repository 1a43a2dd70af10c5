import type { Loose, Manifest } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import { nearest } from "../nearest.ts";
import { entries } from "./entries.ts";

/** The language models that services name must be there. @param names those that are */
export function checkModels(manifest: Loose<Manifest>, names: readonly string[]): readonly Finding[] {
  return entries("services", manifest.services).flatMap(({ path, value: { model } }) => {
    if (model === undefined || names.includes(model)) return [];
    const message = `there is no language model "${model}"; register it: bin/dsmil model sign FILE.gguf --name ${model} --version 1.0.0`;
    return [{ path: [...path, "model"], message, suggestion: nearest(model, names) }];
  });
}
