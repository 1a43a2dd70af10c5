import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { copyPackageTrees } from "../../../infra/images/package-trees.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const target = mkdtempSync("/tmp/dsmil-trees-");
afterAll(() => rmSync(target, { recursive: true }));

it("copies a package with all it needs, its library for one processor, and no sources, types or prose", () => {
  copyPackageTrees(ROOT, target, ["node-llama-cpp"], "amd64");
  expect(readdirSync(join(target, "@node-llama-cpp"))).toEqual(["linux-x64"]);
  expect(existsSync(join(target, "@node-llama-cpp/linux-x64/bins/linux-x64/llama-addon.node"))).toBe(true);
  expect(existsSync(join(target, "fs-extra/package.json"))).toBe(true);
  const all = readdirSync(target, { recursive: true, encoding: "utf8" });
  expect(all.filter((path) => /\.d\.ts$|\.map$|\.md$|\.bundle$|\/addon\//.test(path))).toEqual([]);
});

it("leaves the libraries for graphics cards, hundreds of MB, out of the project", () => {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  for (const name of ["linux-x64-cuda", "linux-x64-cuda-ext", "linux-x64-vulkan"]) {
    expect(lock.packages[`node_modules/@node-llama-cpp/${name}`]).toMatchObject({ name: "picocolors" });
  }
});
