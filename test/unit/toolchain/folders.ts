import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { onTestFinished } from "vitest";

export const projectRoot = resolve(import.meta.dirname, "../../..");

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dsmil toolchain-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project folder with the Go sources. */
export function temporaryProject(): string {
  const root = temporaryFolder();
  cpSync(join(projectRoot, "infra/toolchain"), join(root, "infra/toolchain"), { recursive: true });
  return root;
}

/** Writes `text` to an executable file. */
export function script(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
}
