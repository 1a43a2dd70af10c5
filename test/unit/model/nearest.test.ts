import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../../infra/model/nearest.ts";

describe("nearest", () => {
  it.each([
    ["alhpa", "alpha"],
    ["Alpha", "alpha"],
    ["bravp", "bravo"],
    ["nodea", "node-a"],
  ])("takes %s for %s", (word, meant) => expect(nearest(word, ["bravo", "alpha", "node-a"])).toBe(meant));

  it("does not guess", () => {
    expect(nearest("kubernetes", ["name", "domain", "version"])).toBeUndefined();
    expect(nearest("x".repeat(10_000), ["x"])).toBeUndefined();
    expect(nearest("alpha", [])).toBeUndefined();
  });

  it.each([
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
  ])("counts the edits from %s to %s", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));
});
