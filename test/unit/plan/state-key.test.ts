import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pinImages } from "../../../infra/plan/rollback.ts";
import { stateKey } from "../../../infra/plan/state-key.ts";

const MANIFEST = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");
const IMAGES = { "dsmil-l8-soar": "dsmil-l8-soar:v5.0-then" };
const KEY = stateKey(MANIFEST, IMAGES);

describe("whether two deployments are the same", () => {
  it("they are with the pins that a rollback adds", () => {
    const pinned = pinImages(MANIFEST, [{ service: "l8-soar", tag: "v5.0-then" }]);
    expect(pinned).not.toBe(MANIFEST);
    expect(stateKey(pinned, IMAGES)).toBe(KEY);
  });

  it.each([
    ["another image", MANIFEST, { "dsmil-l8-soar": "dsmil-l8-soar:v5.0-now" }],
    ["a pin to another", pinImages(MANIFEST, [{ service: "l8-soar", tag: "v5.0-other" }]), IMAGES],
    ["another manifest", MANIFEST.replace("archive: 90d", "archive: 30d"), IMAGES],
    ["no YAML", "a: [", IMAGES],
  ])("they are not with %s", (_, text, images) => expect(stateKey(text, images)).not.toBe(KEY));
});
