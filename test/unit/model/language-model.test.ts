import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { formatManifestError } from "../../../infra/model/manifest-error.ts";
import { resolve } from "../../../infra/model/resolve.ts";
import { edit, modelOf } from "./fixture.ts";

const GOOD = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");
const WORKER = "id: l7-worker, image: dsmil-l7-worker,";
const named = (model: string, image = WORKER): string => edit(GOOD, image, `${image} model: ${model},`);
const errors = (text: string, names?: readonly string[]): string[] => {
  const result = checkManifestText("manifest.yaml", text, names);
  return Array.isArray(result) ? result.map(formatManifestError) : [];
};

describe("the language model of a worker", () => {
  it("is the one that the service names, else the project's own", () => {
    const workers = (text: string) => modelOf(text).containers.filter(({ service }) => service === "l7-worker");
    for (const { env, models } of workers(GOOD)) expect([env.MODEL_NAME, models]).toEqual(["l7-tiny", ["l7-tiny"]]);
    for (const { env, models } of workers(named("mistral-7b"))) {
      expect([env.MODEL_NAME, models]).toEqual(["mistral-7b", ["mistral-7b"]]);
    }
    expect(workers(GOOD).length).toBeGreaterThan(0);
  });

  it("must be there where it is deployed, and the error says where it is named and what to do", () => {
    const text = named("mistral-7c");
    expect(errors(text)).toEqual([]);
    expect(errors(text, ["l7-tiny", "mistral-7c"])).toEqual([]);
    const line = text.split("\n").findIndex((one) => one.includes("mistral-7c")) + 1;
    const [error = "", ...more] = errors(text, ["l7-tiny", "mistral-7b"]);
    expect(more).toEqual([]);
    expect(error).toMatch(
      new RegExp(`^manifest\\.yaml:${line}:\\d+  services\\[\\d+\\]\\.model  there is no language model`),
    );
    expect(error).toContain("bin/dsmil model sign FILE.gguf --name mistral-7c --version 1.0.0");
    expect(error).toContain('did you mean "mistral-7b"?');
  });

  it("is said at workers only, and by a name", () => {
    expect(errors(named("mistral-7b", "id: redis, image: dsmil-redis,"))[0]).toContain(
      "dsmil-redis loads no language model",
    );
    expect(errors(named("Mistral_7B"))[0]).toContain("a model's name");
  });

  it("leaves a manifest without one as it was", () => {
    const manifest = checkManifestText("manifest.yaml", GOOD, []);
    if (Array.isArray(manifest)) throw new Error("refused");
    expect(resolve(manifest).services.some((service) => "languageModel" in service)).toBe(false);
  });
});
