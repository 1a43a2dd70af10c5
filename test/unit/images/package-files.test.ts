import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyPackageFiles } from "../../../infra/images/package-files.ts";

describe("files of packages for an image", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "t-packages-"));
    for (const path of ["a/dist/x.js", "a/dist/x.js.map", "a/bin/x64/a.so", "a/bin/arm64/a.so"]) {
      mkdirSync(join(root, "node_modules", path, ".."), { recursive: true });
      writeFileSync(join(root, "node_modules", path), path);
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are those that the patterns name, for the engine's processor only", () => {
    copyPackageFiles(root, join(root, "out"), ["a/dist/*.js", "a/bin/{arch}/*"], "amd64");
    const there = (path: string): boolean => existsSync(join(root, "out", path));
    expect(["a/dist/x.js", "a/bin/x64/a.so"].every(there)).toBe(true);
    expect(["a/dist/x.js.map", "a/bin/arm64/a.so"].some(there)).toBe(false);
  });

  it("must be there: the message says what to type", () => {
    expect(() => copyPackageFiles(root, join(root, "out"), ["a/bin/{arch}/*"], "riscv64")).toThrow(
      "nothing is installed at node_modules/a/bin/riscv64/*; install the packages with: npm ci",
    );
  });
});
