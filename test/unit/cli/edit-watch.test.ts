import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EditWatch } from "../../../infra/cli/edit-watch.ts";
import { loadWithText } from "../../../infra/model/load.ts";
import { GOOD } from "../model/fixture.ts";

describe("edits while a change is applied", () => {
  let root: string;
  let manifest: string;
  let watch: EditWatch;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-watch-"));
    manifest = join(root, "manifest.yaml");
    writeFileSync(manifest, GOOD);
    mkdirSync(join(root, "templates"));
    writeFileSync(join(root, "templates/redis.conf.hbs"), "old");
    watch = new EditWatch(root, manifest, loadWithText(manifest));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are none where nothing was edited", () => {
    expect(watch.edited()).toBeUndefined();
    expect(() => watch.refuse(["node-c"], ["node-a"])).not.toThrow();
  });

  it.each([
    ["the manifest", () => writeFileSync(manifest, `${GOOD}# later\n`)],
    ["the manifest", () => rmSync(manifest)],
    ["a source or a setting", () => writeFileSync(join(root, "templates/redis.conf.hbs"), "new")],
  ])("of %s are noticed", (what, edit) => {
    edit();
    expect(watch.edited()).toBe(what);
  });

  it("are noticed between reading the manifest and the plan", () => {
    const loaded = loadWithText(manifest);
    writeFileSync(manifest, `${GOOD}# later\n`);
    expect(new EditWatch(root, manifest, loaded).edited()).toBe("the manifest");
  });

  it("stop it, with what was deployed and what was not", () => {
    writeFileSync(manifest, "other");
    expect(() => watch.refuse([], ["node-c"])).toThrow(/nothing was changed/);
    expect(() => watch.refuse(["node-c"], ["node-a", "node-b"])).toThrow(
      /deployed as approved: node-c; not deployed: node-a, node-b/,
    );
  });
});
