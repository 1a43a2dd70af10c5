import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SignedReport } from "../../isolation/signature.ts";

/** Where reports are kept, below the project folder. */
export const REPORTS = ".dsmil/reports";

/** Writes a report that only its owner can read, whole or not at all, and returns its path. */
export function saveReport(root: string, signed: SignedReport, file?: string): string {
  const stamp = signed.report.startedAt.replaceAll(/[-:]|\.\d+/g, "");
  const path = file ?? join(root, REPORTS, `isolation-${stamp}.json`);
  mkdirSync(dirname(path), { recursive: true, ...(file === undefined && { mode: 0o700 }) });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(signed, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return path;
}
