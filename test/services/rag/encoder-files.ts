import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchModel } from "../../../infra/models/fetch-model.ts";
import { type FetchedModel, fetchedModel } from "../../../infra/models/fetched-model.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { signModel } from "../../../infra/provider/resources/model-signer/sign.ts";
import { PROJECT } from "../support/model-fleet.ts";

/** The project's encoder, fetched as `dsmil up` does where the cache does not have it. */
export async function theEncoder(): Promise<FetchedModel> {
  const model = fetchedModel(PROJECT, "l7-encoder");
  if (!model) throw new Error("the project has no encoder");
  await fetchModel(model, { root: PROJECT });
  return model;
}

/** Lays the encoder below `models` as on a node, signed by a signer whom `rootSeed` certified; returns its folder. */
export function layEncoder(
  models: string,
  { name, version, manifest, source }: FetchedModel,
  rootSeed: string,
): string {
  const folder = join(models, name, version);
  const key = generate();
  const signer = { seed: key.seed, certificate: issue(rootSeed, "signer", "models", key.publicKey) };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(PROJECT, source), join(folder, "content"), { recursive: true });
  writeFileSync(join(folder, "model.sig"), signModel(Buffer.from(manifest), signer));
  writeFileSync(join(folder, "model.json"), manifest);
  return folder;
}
