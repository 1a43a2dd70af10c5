import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { enrolOfficer } from "../../../../infra/cli/officer/enrol.ts";

const manifest = readFileSync(join(resolve(import.meta.dirname, "../../../.."), "manifest.yaml"), "utf8");

interface Parsed {
  readonly tenants: readonly { readonly id: string; readonly officers?: readonly object[] }[];
}

const officersOf = (text: string): Record<string, unknown> =>
  Object.fromEntries((parse(text) as Parsed).tenants.map(({ id, officers }) => [id, officers]));

describe("an officer is enrolled", () => {
  it("in a block without officers, in one with some, and nothing else changes", () => {
    const one = enrolOfficer(manifest, "alpha", "first", "aa");
    const both = enrolOfficer(one, "alpha", "second", "bb");
    const all = enrolOfficer(both, "bravo", "third", "cc");
    expect(officersOf(all)).toEqual({
      alpha: [
        { person: "first", public_key: "aa" },
        { person: "second", public_key: "bb" },
      ],
      bravo: [{ person: "third", public_key: "cc" }],
    });
    const added = all.split("\n").filter((line) => !manifest.split("\n").includes(line));
    expect(added).toHaveLength(5);
    expect(all.split("\n").filter((line) => !added.includes(line))).toEqual(manifest.split("\n"));
  });

  it.each(["officers: []", "officers: [{ person: zero, public_key: dd }]"])("in a list in one line: %s", (list) => {
    const text = manifest.replace("    roe_level: SOC_ASSIST", `    ${list}\n    roe_level: SOC_ASSIST`);
    const found = officersOf(enrolOfficer(text, "alpha", "first", "aa")).alpha as object[];
    expect(found.at(-1)).toEqual({ person: "first", public_key: "aa" });
    expect(found).toHaveLength(list.includes("zero") ? 2 : 1);
  });

  it("once, and of a tenant that is there", () => {
    const one = enrolOfficer(manifest, "alpha", "first", "aa");
    expect(() => enrolOfficer(one, "alpha", "first", "bb")).toThrow(/officer of alpha already/);
    expect(() => enrolOfficer(one, "zulu", "first", "bb")).toThrow(/no tenant "zulu"/);
  });
});
