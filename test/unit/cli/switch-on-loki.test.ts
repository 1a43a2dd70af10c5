import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { switchOnLoki } from "../../../infra/cli/switch-on-loki.ts";

const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
let dir: string;
beforeAll(() => {
  dir = mkdtempSync("/tmp/dsmil-switch-");
});
afterAll(() => rmSync(dir, { recursive: true }));

function changed(text: string): { said: string; text: string } {
  const path = join(dir, "manifest.yaml");
  writeFileSync(path, text);
  return { said: switchOnLoki(path), text: readFileSync(path, "utf8") };
}

it("changes one word of the manifest, and nothing the second time", () => {
  const on = MANIFEST.replace("loki: false", "loki: true");
  expect(changed(MANIFEST)).toEqual({ said: "set", text: on });
  expect(changed(on)).toEqual({ said: "is set", text: on });
});

it("adds the key where there is none, and leaves what is no manifest as it is", () => {
  expect(changed("fleet:\n  name: dsmil # ours\n").text).toBe("fleet:\n  name: dsmil # ours\n\nlogs:\n  loki: true\n");
  expect(changed("fleet: [\n").text).toBe("fleet: [\n");
  expect(() => changed("logs: { retention: 48h }\n")).toThrow("no loki that could be set");
});
