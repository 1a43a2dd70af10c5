import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUNDLE_OPTIONS } from "../../../infra/images/bundle-options.ts";
import { imageCatalogue } from "../../../infra/images/catalogue.ts";
import { lockedPackages } from "../../../infra/images/locked-packages.ts";
import { sourceGraph } from "../../../infra/images/source-graph.ts";
import { ImageSources } from "./project.ts";

const project = resolve(import.meta.dirname, "../../..");

describe("the sources of a service", () => {
  const services = imageCatalogue(project).filter((entry) => entry.kind === "service");

  it.each(services.map((entry) => [entry.name, entry.context] as const))("cover %s's bundle", async (_, context) => {
    const entry = join(context, "src/main.ts");
    expect(existsSync(entry)).toBe(true);
    const graph = sourceGraph(entry);
    const options = { ...BUNDLE_OPTIONS, external: [...BUNDLE_OPTIONS.external] };
    const { metafile } = await build({
      ...options,
      absWorkingDir: project,
      entryPoints: [entry],
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs);
    const own = inputs.filter((path) => !path.startsWith("node_modules/") && !path.includes(":"));
    expect(own.filter((path) => !graph.files.has(join(project, path)))).toEqual([]);
    expect(own.length).toBeGreaterThan(1);
  });

  describe("are found by their imports", () => {
    let sources: ImageSources;
    beforeEach(() => {
      sources = new ImageSources();
    });
    afterEach(() => sources.dispose());

    it("of every form, but not by types alone", () => {
      const main = `import { a,
  b } from "./two.ts";
import "./effect.ts";
export * from './again.ts';
import type { T } from "./types.ts";
import { readFileSync } from "node:fs";
import deep from "@scope/pack/deep/file.js";
const later = () => import("./later.ts");
`;
      sources.write("images/x/main.ts", main);
      for (const name of ["two", "effect", "again", "types", "later"]) sources.write(`images/x/${name}.ts`, "");
      const graph = sourceGraph(join(sources.root, "images/x/main.ts"));
      const names = [...graph.files.keys()].map((path) => path.slice(path.lastIndexOf("/") + 1)).sort();
      expect(names).toEqual(["again.ts", "effect.ts", "later.ts", "main.ts", "two.ts"]);
      expect(graph.packages).toEqual(["@scope/pack"]);
    });
  });
});

describe("locked packages", () => {
  const lock = {
    packages: {
      "node_modules/a": { version: "1", dependencies: { b: "^1" } },
      "node_modules/b": { version: "1" },
      "node_modules/a/node_modules/b": { version: "2", dependencies: { c: "*", a: "*" } },
      "node_modules/c": { version: "3", integrity: "sha512-x" },
      "node_modules/d": { version: "4" },
    },
  };

  it("are found as Node finds them, nearest first, each once, cycles included", () => {
    expect(lockedPackages(lock, ["a"])).toEqual([
      "node_modules/a/node_modules/b@2 ",
      "node_modules/a@1 ",
      "node_modules/c@3 sha512-x",
    ]);
  });
});
