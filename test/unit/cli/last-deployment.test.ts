import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isDeployed, isUnedited, recordDeployment } from "../../../infra/cli/last-deployment.ts";
import { loadModel } from "../../../infra/model/load.ts";

const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));

describe("what was deployed last", () => {
  let root: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const state = (node: string, text: string): void => write(`.dsmil/state/.pulumi/stacks/dsmil/${node}.json`, text);

  beforeEach(() => {
    vi.stubEnv("PULUMI_BACKEND_URL", undefined);
    root = mkdtempSync(join(tmpdir(), "dsmil-last-"));
    for (const { id } of model.nodes) state(id, "{}");
    write("infra/stacks/data.ts", "one");
    write("Pulumi.node-a.yaml", "config: {}");
    recordDeployment(root, model);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  it("is the same while nothing was edited", () => {
    expect(isDeployed(root, model)).toBe(true);
    expect(isUnedited(root, model)).toBe(true);
  });

  it.each([
    ["a source", () => write("infra/stacks/data.ts", "two")],
    ["a template", () => write("templates/redis.conf.hbs", "new")],
    ["a feed", () => write("feeds/alpha.csv", "type,value")],
    ["a model that was fetched", () => write(".dsmil/cache/models/l7-encoder/1.0.0/model.onnx", "x")],
    ["a model", () => write("models/l6-risk/model.json", "{}")],
    ["a stack's configuration", () => write("Pulumi.node-a.yaml", "config: { x: y }")],
    ["a state, by plain Pulumi", () => state("node-b", '{"changed":true}')],
    ["a state that is gone", () => rmSync(join(root, ".dsmil/state/.pulumi/stacks/dsmil/node-b.json"))],
    ["a variable that the program reads", () => vi.stubEnv("DSMIL_DROP_TENANTS", "alpha")],
    ["the backend", () => vi.stubEnv("PULUMI_BACKEND_URL", "s3://elsewhere")],
  ])("is in doubt after a change of %s", (_, change) => {
    change();
    expect(isDeployed(root, model)).toBe(false);
    expect(isUnedited(root, model)).toBe(false);
  });

  it("is in doubt after a change of the model", () => {
    expect(isDeployed(root, { ...model, tenants: model.tenants.slice(1) })).toBe(false);
  });

  it("is in doubt on another day, as certificates come due, though nothing was edited", () => {
    vi.useFakeTimers({ now: Date.now() + 24 * 3600 * 1000 });
    expect(isDeployed(root, model)).toBe(false);
    expect(isUnedited(root, model)).toBe(true);
    vi.useRealTimers();
  });

  it("does not mind the salt that Pulumi adds to a stack's settings", () => {
    write("Pulumi.node-a.yaml", "encryptionsalt: v1:abc\nconfig: {}\n");
    expect(isDeployed(root, model)).toBe(true);
  });

  it("is unknown before the first run", () => {
    rmSync(join(root, ".dsmil/last-deployment.json"));
    expect(isDeployed(root, model)).toBe(false);
  });
});
