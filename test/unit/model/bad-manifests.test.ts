import { describe, expect, it } from "vitest";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { formatManifestError, type ManifestError } from "../../../infra/model/manifest-error.ts";
import { BAD_MANIFESTS } from "./bad-manifests.ts";
import { edit, GOOD } from "./fixture.ts";

const MARK = "▸";

/** Line and column of the mark, from 1; undefined without a mark. */
function markedPlace(text: string): { line: number; column: number } | undefined {
  const before = text.split(MARK)[0];
  if (before === undefined || before.length === text.length) return undefined;
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

function errorsOf(text: string): readonly ManifestError[] {
  const result = checkManifestText("manifest.yaml", text);
  return Array.isArray(result) ? result : [];
}

describe("bad manifests", () => {
  it("are many, and each is named once", () => {
    expect(BAD_MANIFESTS.length).toBeGreaterThanOrEqual(45);
    expect(new Set(BAD_MANIFESTS.map(({ name }) => name)).size).toBe(BAD_MANIFESTS.length);
  });

  it.each(BAD_MANIFESTS)("$name", ({ find, replace, path, message, suggestion }) => {
    const marked = edit(GOOD, find, replace);
    const errors = errorsOf(marked.replace(MARK, ""));
    const error = errors.find((e) => e.path === path && e.message.includes(message));
    expect(error, errors.map(formatManifestError).join("\n") || "accepted").toBeDefined();
    expect(error?.suggestion).toBe(suggestion);
    const place = markedPlace(marked);
    if (place !== undefined) expect({ line: error?.line, column: error?.column }).toEqual(place);
    expect(error?.line).toBeGreaterThan(0);
    expect(error?.column).toBeGreaterThan(0);
  });

  it("are refused for their mistake alone, not for what would follow from it", () => {
    const several = BAD_MANIFESTS.flatMap(({ name, find, replace }) => {
      const errors = errorsOf(edit(GOOD, find, replace).replace(MARK, ""));
      return errors.length === 1 ? [] : [`${name}: ${errors.map(formatManifestError).join(" | ")}`];
    });
    // This one is two: the balancer has left the network of its servers as well.
    expect(several).toEqual([
      expect.stringMatching(/^a port for the outside on an inner network: .*\|.*shares no network/),
    ]);
  });
});
