import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "../../infra/model/load.ts";
import type { Model } from "../../infra/model/types.ts";

/** Resolves a manifest given as text. */
export function loadManifestText(text: string): Model {
  const folder = mkdtempSync(join(tmpdir(), "dsmil-manifest-"));
  try {
    writeFileSync(join(folder, "manifest.yaml"), text);
    return loadModel(join(folder, "manifest.yaml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
