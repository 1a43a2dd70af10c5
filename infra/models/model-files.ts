import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the models of this project, the folders of models/ that hold one. */
export function modelNames(root: string): readonly string[] {
  const folder = join(root, "models");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.json")))
    .sort();
}

/**
 * The files of models as they lie below /opt/dsmil/models, path → text: `<name>/<version>/` with model.json, model.sig
 * and model.onnx.b64 (files of a node are text).
 * @param signature text of model.sig for the bytes of a model.json. Signing (`signModel`) gives another text each time:
 *   a deployer signs once and keeps the text, or every plan would show a change
 * @throws Error when a model is not the one its model.json names
 */
export function modelFiles(
  root: string,
  names: readonly string[],
  signature: (manifest: Buffer, name: string) => string,
): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of names) {
    const folder = join(root, "models", name);
    const manifest = readFileSync(join(folder, "model.json"));
    const content = readFileSync(join(folder, "model.onnx"));
    const { version, sha384 } = JSON.parse(manifest.toString("utf8")) as { version: string; sha384: string };
    if (createHash("sha384").update(content).digest("hex") !== sha384) {
      throw new Error(`models/${name}/model.onnx is not the one that model.json names; train it again or restore it`);
    }
    files[`${name}/${version}/model.json`] = manifest.toString("utf8");
    files[`${name}/${version}/model.sig`] = signature(manifest, name);
    files[`${name}/${version}/model.onnx.b64`] = `${content.toString("base64")}\n`;
  }
  return files;
}
