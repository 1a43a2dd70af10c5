import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneLogs } from "../../../infra/toolchain/logs.ts";
import { ensurePassphrase } from "../../../infra/toolchain/passphrase.ts";
import { temporaryFolder } from "./folders.ts";

test("the passphrase is made once, for its owner alone", () => {
  const root = temporaryFolder();
  ensurePassphrase(root);
  const path = join(root, ".dsmil/passphrase");
  const first = readFileSync(path, "utf8");
  expect(first.trim()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o644);
  ensurePassphrase(root);
  expect(readFileSync(path, "utf8")).toBe(first);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(root, ".dsmil"))).toEqual(["passphrase"]);
});

test("only the newest logs stay", () => {
  const root = temporaryFolder();
  expect(pruneLogs(root)).toBe(0);
  const folder = join(root, ".dsmil/pulumi/logs");
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 5; i++) {
    writeFileSync(join(folder, `${i}.log`), "");
    utimesSync(join(folder, `${i}.log`), i + 1, i + 1);
  }
  expect(pruneLogs(root, 2)).toBe(3);
  expect(readdirSync(folder).sort()).toEqual(["3.log", "4.log"]);
});
