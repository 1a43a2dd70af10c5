import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
/** What is in the native library of versions that report to their maker: the uploader's address and the class. */
const TELEMETRY = ["OneCollector", "PosixTelemetry", "events.data.microsoft"];

describe("the package of the model runtime", () => {
  it("has no telemetry in its native libraries: onnxruntime 1.30 has, and sends by default", () => {
    const libraries = globSync("node_modules/onnxruntime-node/bin/*/linux/*/*", { cwd: root });
    expect(libraries.length).toBeGreaterThan(0);
    for (const library of libraries) {
      const content = readFileSync(join(root, library));
      expect(TELEMETRY.filter((sign) => content.includes(sign))).toEqual([]);
    }
  });

  it("is installed without its script, which would fetch libraries for graphics cards from elsewhere", () => {
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  });
});
