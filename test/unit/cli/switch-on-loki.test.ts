import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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

it("adds the key where there is none", () => {
  const without = MANIFEST.replace(/^logs:\n {2}loki: false\n/m, "");
  expect(changed(without).text).toBe(`${without.trimEnd()}\n\nlogs:\n  loki: true\n`);
});

it("leaves a manifest as it is that cannot be read, or would have a mistake then", () => {
  expect(changed("fleet: [\n").text).toBe("fleet: [\n");
  expect(() => changed("logs: { retention: 48h }\n")).toThrow("no loki that could be set");
  const path = join(dir, "manifest.yaml");
  for (const text of [MANIFEST.replace(/^ {2}- \{ id: loki,.*\n/m, ""), "{ fleet: { name: dsmil } }\n"]) {
    expect(() => changed(text)).toThrow(/with logs\.loki: true/);
    expect(readFileSync(path, "utf8")).toBe(text);
  }
});

it("keeps the file's mode, and the link that leads to it", () => {
  const [real, link] = [join(dir, "real.yaml"), join(dir, "link.yaml")];
  writeFileSync(real, MANIFEST, { mode: 0o600 });
  symlinkSync(real, link);
  switchOnLoki(link);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([statSync(real).mode & 0o777, readFileSync(real, "utf8")]).toEqual([
    0o600,
    MANIFEST.replace("loki: false", "loki: true"),
  ]);
});
