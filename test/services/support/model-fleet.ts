import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { modelNames, modelRelease } from "../../../infra/models/model-release.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { type Signer, signModel } from "../../../infra/provider/resources/model-signer/sign.ts";

export const PROJECT = resolve(import.meta.dirname, "../../..");

/** A throw-away fleet root with its signer of models, and the project's models signed by it. */
export class ModelFleet {
  readonly root = generate();
  readonly signer: Signer;

  constructor() {
    const key = generate();
    this.signer = { seed: key.seed, certificate: issue(this.root.seed, "signer", "models", key.publicKey) };
  }

  writeRoot(path: string): void {
    writeFileSync(path, `${this.root.publicKey}\n`);
  }

  /** Lays models below `folder` as the deployer does. */
  write(folder: string, names: readonly string[] = modelNames(PROJECT)): void {
    for (const name of names) {
      const { version, manifest, content: onnx } = modelRelease(PROJECT, name);
      const at = join(folder, name, version);
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, "model.onnx"), onnx);
      writeFileSync(join(at, "model.sig"), signModel(Buffer.from(manifest), this.signer));
      // Last, as a deployer that is not done must not look as if it were.
      writeFileSync(join(at, "model.json"), manifest);
    }
  }

  /** Lays a version of one model with other facts or content than the project's, signed unless told otherwise. */
  writeVersion(folder: string, name: string, version: string, changes: Changes = {}): string {
    const at = join(folder, name, version);
    mkdirSync(at, { recursive: true });
    const content = changes.content ?? readFileSync(join(PROJECT, "models", name, "model.onnx"));
    const facts = JSON.parse(readFileSync(join(PROJECT, "models", name, "model.json"), "utf8"));
    const sha384 = createHash("sha384").update(content).digest("hex");
    const manifest = Buffer.from(
      JSON.stringify({ ...facts, bytes: content.length, sha384, version, ...changes.facts }),
    );
    writeFileSync(join(at, "model.onnx"), content);
    writeFileSync(join(at, "model.sig"), signModel(manifest, changes.signer ?? this.signer));
    writeFileSync(join(at, "model.json"), manifest);
    return at;
  }
}

/** What is other than in the project's own. */
export interface Changes {
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly content?: Buffer;
  readonly signer?: Signer;
}
