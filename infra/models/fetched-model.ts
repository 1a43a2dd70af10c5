import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ModelVersion, modelVersion } from "./model-release.ts";

/** What a file of a model must be. */
export interface ModelFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha384: string;
}

/** A model that is too large for the project's folder: fetched once into the cache, known by digests. */
export interface FetchedModel extends ModelVersion {
  /** Folder relative to the project's that it is fetched into. */
  readonly source: string;
  readonly files: Readonly<Record<string, ModelFile>>;
}

/** The model as it is to be fetched; undefined where it lies in models/ itself. */
export function fetchedModel(root: string, name: string): FetchedModel | undefined {
  const found = modelVersion(root, name);
  const { format, bytes, sha384, tokenizer } = JSON.parse(found.manifest) as ModelFile & {
    readonly format?: string;
    readonly tokenizer?: ModelFile;
  };
  if (format !== "encoder" || tokenizer === undefined) return undefined;
  const files = { "model.onnx": { bytes, sha384 }, "tokenizer.json": tokenizer };
  return { ...found, source: `.dsmil/cache/models/${name}/${found.version}`, files };
}

/** Whether the cache has a model as it must be. */
export function isFetched(root: string, { source, files }: FetchedModel): boolean {
  return Object.entries(files).every(([file, { bytes, sha384 }]) => {
    const path = join(root, source, file);
    if (!existsSync(path)) return false;
    const content = readFileSync(path);
    return content.length === bytes && createHash("sha384").update(content).digest("hex") === sha384;
  });
}
