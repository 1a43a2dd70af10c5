import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceManifest } from "../../../infra/cli/replace-manifest.ts";

describe("a manifest that is replaced", () => {
  let root: string;
  let file: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-replace-"));
    file = join(root, "elsewhere/manifest.yaml");
    mkdirSync(dirname(file));
    writeFileSync(file, "old", { mode: 0o600 });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("keeps its mode, and the former one beside it", () => {
    const kept = replaceManifest(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept ?? "", "utf8")).toBe("old");
    expect(kept).toMatch(/manifest\.yaml\.\d{14}$/);
  });

  it("stays a link where it is one", () => {
    const link = join(root, "manifest.yaml");
    symlinkSync(file, link);
    replaceManifest(link, "new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("new");
  });

  it("may be missing", () => {
    rmSync(file);
    expect(replaceManifest(file, "new")).toBeUndefined();
    expect(readFileSync(file, "utf8")).toBe("new");
  });

  it("is kept out of git, the former one", () => {
    const ignored = readFileSync(resolve(import.meta.dirname, "../../../.gitignore"), "utf8").split("\n");
    expect(ignored).toContain("manifest.yaml.*");
  });
});
