import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { manifestReference } from "../../../infra/model/docs.ts";
import schema from "../../../infra/model/manifest.schema.json" with { type: "json" };
import { TENANT_ID_PATTERN } from "../../../infra/model/names.ts";
import { SERVICE_IMAGES } from "../../../infra/model/profiles.ts";
import { DURATION_PATTERN, mebibytes, milliseconds, SIZE_PATTERN } from "../../../infra/model/units.ts";

/** Every object of a schema, with its path. */
function* objects(value: unknown, path = "#"): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, part] of Object.entries(value)) yield* objects(part, `${path}/${key}`);
}

describe("manifest.schema.json", () => {
  it("refuses unknown keys in every block", () => {
    const open = [...objects(schema)].filter(
      ([, node]) => node.type === "object" && node.additionalProperties !== false,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it("describes every key, for editors", () => {
    const silent = [...objects(schema)].flatMap(([path, node]) =>
      Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>)
        .filter(([, property]) => property.description === undefined && path === "")
        .map(([key]) => `${path}/${key}`),
    );
    const definitions = Object.entries(schema.definitions) as [
      string,
      { properties?: Record<string, { description?: string }> },
    ][];
    for (const [name, { properties = {} }] of definitions) {
      for (const [key, { description }] of Object.entries(properties)) if (!description) silent.push(`${name}.${key}`);
    }
    expect(silent).toEqual([]);
  });

  it("explains every pattern in words", () => {
    const bare = [...objects(schema)].filter(
      ([, node]) => typeof node.pattern === "string" && node.patternErrorMessage === undefined,
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it("speaks of the same ids, units and images as the code", () => {
    expect(schema.definitions.tenant.properties.id.pattern).toBe(TENANT_ID_PATTERN);
    expect(schema.definitions.size.pattern).toBe(SIZE_PATTERN);
    expect(schema.definitions.duration.pattern).toBe(DURATION_PATTERN);
    expect(schema.definitions.service.properties.image.enum).toEqual(SERVICE_IMAGES);
  });

  it("is what docs/manifest.md was generated from (else: node infra/model/docs.ts)", () => {
    const reference = new URL("../../../docs/manifest.md", import.meta.url);
    expect(readFileSync(reference, "utf8")).toBe(manifestReference());
  });
});

describe("units", () => {
  it.each([
    ["500ms", 500],
    ["90s", 90_000],
    ["5m", 300_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("%s is %i milliseconds", (text, ms) => expect(milliseconds(text)).toBe(ms));

  it.each([
    ["96MiB", 96],
    ["49GiB", 50_176],
  ])("%s is %i MiB", (text, mib) => expect(mebibytes(text)).toBe(mib));

  it("say what they expected", () => {
    expect(() => milliseconds("a day")).toThrow('"a day" is no duration');
    expect(() => mebibytes("5GB")).toThrow('"5GB" is no size');
  });
});
