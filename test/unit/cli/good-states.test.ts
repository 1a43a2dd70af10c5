import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type GoodState,
  goodState,
  goodStates,
  keepGood,
  recordAttempt,
  recordGood,
  rollbackTarget,
} from "../../../infra/cli/good-states.ts";
import { loadWithText } from "../../../infra/model/load.ts";
import { GOOD } from "../model/fixture.ts";

const FILE = "/somewhere/manifest.yaml";
const state = (manifest: string, at: number, file = FILE): GoodState => ({
  ...{ at: new Date(at * 1000).toISOString(), file, manifest },
  images: { "dsmil-redis": "dsmil-redis:v1" },
});

describe("good states", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-good-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const up = (manifest: string, at: number, healthy: boolean, file = FILE): void => {
    recordAttempt(root, state(manifest, at, file));
    if (healthy) recordGood(root, state(manifest, at, file));
  };
  const target = () => rollbackTarget(root, FILE)?.manifest;

  it("are none before the first up, and none to go back to after one", () => {
    expect(target()).toBeUndefined();
    up("a", 1, true);
    expect(target()).toBeUndefined();
  });

  it("lead from a bad deployment to the good one before, and from a good one to the one before", () => {
    up("a", 1, true);
    up("b", 2, true);
    expect(target()).toBe("a");
    up("bad", 3, false);
    expect(target()).toBe("b");
    up("b", 4, true);
    expect(target()).toBe("a");
  });

  it("are kept five, each once, a manifest's own apart", () => {
    up("elsewhere", 1, true, "/other.yaml");
    for (let i = 2; i < 10; i++) up(`m${i}`, i, true);
    up("m9", 11, true);
    expect(goodStates(root).map((s) => s.manifest)).toEqual(["m9", "m8", "m7", "m6", "m5", "elsewhere"]);
    expect(rollbackTarget(root, "/other.yaml")?.manifest).toBe("elsewhere");
  });

  describe("after a rollback that pins images", () => {
    const text = (name: string, pin = "") => `name: ${name}\nservices:\n  - { id: redis, image: dsmil-redis${pin} }\n`;
    const goBack = (at: number, healthy: boolean): string | undefined => {
      const to = rollbackTarget(root, FILE);
      if (to === undefined) return undefined;
      const name = /name: (\S+)/.exec(to.manifest)?.[1] ?? "";
      const pinned = state(text(name, ", tag: v1"), at);
      recordAttempt(root, pinned, to.at);
      if (healthy) recordGood(root, pinned);
      return name;
    };
    beforeEach(() => {
      for (const [i, name] of ["one", "two", "three", "four", "five"].entries()) up(text(name), i + 1, true);
    });

    it.each([true, false])("the next one goes further back, and never in a circle (healthy: %s)", (healthy) => {
      const seen = [6, 7, 8, 9, 10].map((at) => goBack(at, healthy));
      expect(seen).toEqual(["four", "three", "two", "one", undefined]);
    });

    it("none of them is lost, and the one that was returned to is the newest", () => {
      goBack(6, true);
      const names = goodStates(root).map(({ manifest }) => /name: (\S+)/.exec(manifest)?.[1]);
      expect(names).toEqual(["four", "five", "three", "two", "one"]);
      up(text("bad"), 7, false);
      expect(target()).toContain("name: four");
    });

    it("deploying the same once more does not forget where it went", () => {
      goBack(6, false);
      recordAttempt(root, state(text("four", ", tag: v1"), 7));
      expect(target()).toContain("name: three");
    });
  });

  it("hold the text that the model was resolved from, whatever the file says later", () => {
    vi.stubEnv("DSMIL_MANIFEST", join(root, "manifest.yaml"));
    writeFileSync(join(root, "manifest.yaml"), GOOD);
    const loaded = loadWithText(join(root, "manifest.yaml"));
    writeFileSync(join(root, "manifest.yaml"), "another");
    expect(goodState(loaded)).toMatchObject({ file: join(root, "manifest.yaml"), manifest: GOOD });
    vi.unstubAllEnvs();
  });

  it("are not kept where files were edited meanwhile, or the disk refuses; that is told and nothing fails", () => {
    const told: string[] = [];
    keepGood(root, undefined, (line) => told.push(line));
    expect(goodStates(root)).toEqual([]);
    writeFileSync(join(root, ".dsmil"), "no folder");
    keepGood(root, state("a", 1), (line) => told.push(line));
    expect(told).toEqual([expect.stringMatching(/edited/), expect.stringMatching(/cannot be kept/)]);
  });

  it("do not stumble over a file that is none", () => {
    up("a", 1, true);
    writeFileSync(join(root, ".dsmil/good/99999999999999999.json"), "{");
    up("bad", 2, false);
    expect(target()).toBe("a");
  });
});
