import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkManifestText, loadManifest } from "../../../infra/model/load-manifest.ts";
import { formatManifestError } from "../../../infra/model/manifest-error.ts";
import { edit, GOOD } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-manifest-"));
afterAll(() => rmSync(folder, { recursive: true }));

function onDisk(content: string | Buffer): string[] {
  const file = join(folder, "manifest.yaml");
  writeFileSync(file, content);
  return messages(loadManifest(file));
}

function messages(result: ReturnType<typeof loadManifest>): string[] {
  return Array.isArray(result) ? result.map(formatManifestError) : [];
}

const check = (text: string): string[] => messages(checkManifestText("m.yaml", text));

describe("the manifest as a file", () => {
  it("is named when it is not there, with the remedy", () => {
    expect(messages(loadManifest("/nowhere/manifest.yaml"))).toEqual([
      "/nowhere/manifest.yaml  no such file; name one with --file",
    ]);
  });

  it("is at most 1 MiB", () => {
    expect(onDisk(GOOD + "#".repeat(1024 * 1024))[0]).toContain("a manifest has at most 1048576");
  });

  it("is UTF-8", () => {
    expect(onDisk(Buffer.from([0x66, 0xff, 0xfe]))[0]).toContain("is no UTF-8 text");
  });

  it("may be a folder by mistake", () => {
    expect(messages(loadManifest(folder))[0]).toContain("cannot be read: EISDIR");
  });
});

describe("the manifest as text", () => {
  it("may not be empty, nor hold comments only", () => {
    expect(check("")[0]).toContain("m.yaml:1:1  is empty");
    expect(check("# nothing yet\n")[0]).toContain("is empty");
  });

  it("may not be a list or a word", () => {
    expect(check("- fleet\n")).toEqual(["m.yaml:1:1  a list is not valid here; expected a block of keys"]);
    expect(check("fleet\n")).toEqual(['m.yaml:1:1  "fleet" is not valid here; expected a block of keys']);
  });

  it.each([["[".repeat(20_000)], ["- ".repeat(20_000)], ["{a: ".repeat(20_000)]])(
    "is refused, not crashed on, when nested deeply (%#)",
    (text) => {
      expect(check(text)).toEqual(["m.yaml:1:1  is nested too deeply"]);
    },
  );

  it("may use anchors", () => {
    const anchored = edit(
      edit(GOOD, "compartments: [SIGNALS, SOC]", "compartments: &both [SIGNALS, SOC]"),
      "compartments: [SOC]",
      "compartments: *both",
    );
    expect(check(anchored)).toEqual([]);
  });

  it("points at the anchor's text when that is wrong", () => {
    const anchored = edit(
      edit(GOOD, "compartments: [SIGNALS, SOC]", "compartments: &both [SIGNALS, NAVY]"),
      "compartments: [SOC]",
      "compartments: *both",
    );
    const places = check(anchored).map((line) => line.split("  ")[0]);
    expect(places).toHaveLength(2);
    expect(new Set(places).size).toBe(1);
  });

  it("refuses an alias bomb at the first alias, at once", () => {
    const levels = Array.from({ length: 12 }, (_, i) => `x${i + 1}: &x${i + 1} [${`*x${i}, `.repeat(9)}*x${i}]`);
    const started = performance.now();
    const [error = ""] = check(`x0: &x0 [1, 2]\n${levels.join("\n")}\n`);
    expect(error).toContain("has an alias that cannot be resolved: Excessive alias count");
    expect(error).toMatch(/^m\.yaml:2:/);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("does not merge with <<, nor build objects from tags or __proto__", () => {
    expect(check(edit(GOOD, "  version: v5.0", "  version: v5.0\n  <<: { name: other }"))[0]).toContain(
      'unknown key "<<"',
    );
    expect(check(edit(GOOD, "  version: v5.0", "  version: v5.0\n  __proto__: { images: vendor }"))[0]).toContain(
      "unknown key",
    );
  });
});

describe("errors", () => {
  it("come all at once, in the order of the text", () => {
    let text = edit(GOOD, "id: bravo", "id: al_pha");
    text = edit(text, "role: soc", "role: sco");
    text = edit(text, "needs: [redis, postgres]", "needs: [redis, postgers]");
    text = edit(text, "  domain:", "  domian:");
    text = edit(text, "hot: 24h", "hot: 31d");
    expect(check(text).map((line) => line.split("  ")[1])).toEqual([
      "fleet.domian",
      "nodes[0].role",
      "services[5].needs[1]",
      "tenants[0].retention.hot",
      "tenants[1].id",
    ]);
  });

  it("read as file, line, column, path, what was expected, and the nearest name", () => {
    expect(check(edit(GOOD, "SOC_ASSIST", "SOC_ASIST"))).toEqual([
      'm.yaml:41:16  tenants[0].roe_level  "SOC_ASIST" is not valid here; ' +
        'expected "ANALYSIS_ONLY", "SOC_ASSIST" or "TRAINING"; did you mean "SOC_ASSIST"?',
    ]);
  });
});
