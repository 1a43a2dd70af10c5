import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { turnOffLogs } from "../../../infra/toolchain/logs.ts";
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

test("Pulumi keeps no logs: a file is where their folder would be", () => {
  const root = temporaryFolder();
  const path = join(root, ".dsmil/pulumi/logs");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "old.log"), "");
  for (let run = 0; run < 2; run++) {
    turnOffLogs(root);
    expect(readFileSync(path, "utf8")).toContain("--logtostderr");
  }
  expect(() => mkdirSync(path, { recursive: true })).toThrow();
});
