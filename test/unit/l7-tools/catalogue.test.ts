import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, resolve } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { KNOWLEDGE_TOOL } from "../../../images/l7-agent/src/knowledge.ts";
import { CATALOGUE, programOf } from "../../../images/l7-tools/src/catalogue.ts";
import { InputCheck } from "../../../images/l7-tools/src/input-check.ts";
import { CHILD_OPTIONS, childEntries } from "../../../infra/images/bundle-children.ts";
import { imageEntry } from "../../../infra/images/catalogue.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const names = CATALOGUE.map(({ name }) => name);

describe("the catalogue", () => {
  it("has the tools that a manifest may name, beside the agent's own", () => {
    const schema = JSON.parse(readFileSync(`${ROOT}/infra/model/manifest.schema.json`, "utf8"));
    expect(schema.definitions.tenant.properties.tools.items.enum).toEqual([...names, KNOWLEDGE_TOOL].sort());
  });

  it("has a program for each tool, and none without one", () => {
    const entries = childEntries(imageEntry(ROOT, "dsmil-l7-tools")).map((path) => basename(path, ".ts"));
    expect(entries).toEqual(names.map((name) => basename(programOf(name), ".js")).sort());
  });

  it("has programs that import nothing which leads out", async () => {
    const entryPoints = childEntries(imageEntry(ROOT, "dsmil-l7-tools"));
    const { metafile } = await build({
      ...CHILD_OPTIONS,
      entryPoints,
      outdir: "/nowhere",
      write: false,
      metafile: true,
    });
    const found = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(found.every(isBuiltin)).toBe(true);
    // node:fs and node:module are the fence's own: it reads the input and writes the reply.
    expect([...new Set(found)].sort()).toEqual(["node:crypto", "node:fs", "node:module", "node:zlib"]);
    const tools = Object.keys(metafile.inputs).filter((path) => path.includes("l7-tools/src/tools/"));
    const theirs = tools.flatMap((path) => metafile.inputs[path]?.imports.filter(({ external }) => external) ?? []);
    expect([...new Set(theirs.map(({ path }) => path))].sort()).toEqual(["node:crypto", "node:zlib"]);
  });
});

describe("inputs", () => {
  const inputs = new InputCheck(CATALOGUE);
  it.each<[string, object, string | undefined]>([
    ["decode", { text: "x" }, undefined],
    ["decode", {}, "must have required property 'text'"],
    ["decode", { text: "x", encoding: "rot13" }, "input.encoding: must be one of auto, base64, hex, url, gzip"],
    ["decode", { text: "x", run: "y" }, 'unknown field "run"'],
    ["decode", { text: "x".repeat(65_537) }, "must NOT have more than 65536 characters"],
    ["ip_info", { address: ["10.0.0.1"] }, "input.address: must be string"],
    ["time", { value: 5 }, undefined],
    ["time", { value: true }, "input.value"],
    ["text_search", { text: "x", terms: [] }, "input.terms: must NOT have fewer than 1 items"],
    ["rm", {}, "there is no such tool"],
  ])("of %s: %j", (tool, input, problem) => {
    const found = inputs.problem(tool, { ...input });
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});
