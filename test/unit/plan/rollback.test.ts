import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { cannotUndo, deletedBy, pinImages, pinsFor, pinsOf } from "../../../infra/plan/rollback.ts";
import { modelOf } from "../model/fixture.ts";

const MANIFEST = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");
const model = modelOf(MANIFEST);
const NOW = new Map(model.containers.map(({ image }) => [image, `${image}:v5.0-now`]));
const then = (change: Record<string, string> = {}) => ({ ...Object.fromEntries(NOW), ...change });

describe("going back to earlier images", () => {
  it("pins nothing where the sources give the same, and leaves the text as it is", () => {
    const pins = pinsFor(model, then(), NOW);
    expect(pins).toEqual([]);
    expect(pinImages(MANIFEST, pins)).toBe(MANIFEST);
  });

  it("pins every service of an image that was another, in a manifest that is sound and keeps its comments", () => {
    const pins = pinsFor(model, then({ "dsmil-l7-worker": "dsmil-l7-worker:v5.0-then" }), NOW);
    expect(pins.map(({ service }) => service)).toEqual(["l7-worker", "l7-worker-small"]);
    const text = pinImages(MANIFEST, pins);
    const manifest = checkManifestText("m", text);
    if (Array.isArray(manifest)) throw new Error(JSON.stringify(manifest));
    const tags = manifest.services.flatMap(({ id, tag }) => (tag ? [`${id} ${tag}`] : []));
    expect(tags).toEqual(["l7-worker v5.0-then", "l7-worker-small v5.0-then"]);
    expect(text).toContain("# One block a tenant.");
    const changed = text.split("\n").filter((line) => !MANIFEST.split("\n").includes(line));
    expect(pinsOf(modelOf(text))).toEqual(pins);
    expect(changed.length).toBeLessThanOrEqual(MANIFEST.split("\n").length / 4);
  });

  it("leaves a pin of then as it is", () => {
    const pinned = modelOf(MANIFEST.replace("image: dsmil-l8-soar,", "image: dsmil-l8-soar, tag: v5.0-old,"));
    expect(pinsFor(pinned, then({ "dsmil-l8-soar": "dsmil-l8-soar:v5.0-old" }), NOW)).toEqual([]);
  });
});

describe("what going back does not bring back", () => {
  it("is nothing for the same manifest", () => expect(cannotUndo(model, model)).toEqual([]));

  it("is a tenant's data that was dropped", () => {
    const without = { ...model, tenants: model.tenants.filter(({ id }) => id !== "bravo") };
    expect(cannotUndo(model, without)).toEqual([expect.stringContaining("tenant bravo: what was dropped")]);
    expect(cannotUndo(without, model)).toEqual([]);
  });

  it("is what a shorter retention forgot", () => {
    const shorter = modelOf(MANIFEST.replace("archive: 90d", "archive: 30d"));
    expect(cannotUndo(model, shorter)).toEqual([expect.stringContaining("tenant alpha: what the archive forgot")]);
  });
});

describe("what going back deletes", () => {
  it("is nothing for the same manifest", () => expect(deletedBy(model, model)).toEqual([]));

  it("is the volumes of services that were added since, but none that is memory only", () => {
    const withLoki = modelOf(MANIFEST.replace("loki: false", "loki: true"));
    expect(deletedBy(model, withLoki)).toEqual([
      "volume dsmil-log-shipper-positions on node-a, node-b, node-c with everything in it",
      "volume dsmil-loki-data on node-c with everything in it",
    ]);
    expect(deletedBy(withLoki, model)).toEqual([]);
  });

  it("is what a retention that was shorter then would forget", () => {
    const shorter = modelOf(MANIFEST.replace("archive: 90d", "archive: 30d"));
    expect(deletedBy(shorter, model)).toEqual([expect.stringContaining("tenant alpha: what the archive hold")]);
    expect(deletedBy(model, shorter)).toEqual([]);
  });

  it("counts retentions of logs only where there are logs", () => {
    const hours = (loki: boolean, retentionHours: number) => ({ ...model, logs: { loki, retentionHours } });
    expect(deletedBy(hours(true, 1), hours(true, 2))).toEqual([expect.stringContaining("logs of no tenant")]);
    expect(deletedBy(hours(false, 1), hours(true, 2))).toEqual([]);
  });
});
