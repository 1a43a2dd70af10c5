import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SignedReport } from "../../isolation/signature.ts";
import { REPORTS } from "../isolation/save.ts";

/** What the latest report says. */
export interface IsolationState {
  readonly passed: boolean;
  /** RFC 3339 */
  readonly at: string;
  readonly attempts: number;
  readonly file: string;
}

/** The newest isolation report in the project folder that names the tenant; `bin/dsmil isolation verify` checks one. */
export function lastIsolation(root: string, tenant: string): IsolationState | undefined {
  const folder = join(root, REPORTS);
  if (!existsSync(folder)) return undefined;
  // Names carry the time, so that their order is the order of time.
  const names = readdirSync(folder).filter((name) => /^isolation-.*\.json$/.test(name));
  for (const name of names.sort().reverse()) {
    const file = join(folder, name);
    try {
      const { report } = JSON.parse(readFileSync(file, "utf8")) as SignedReport;
      const own = report.attempts.filter((a) => a.victim === tenant || a.attacker === tenant);
      if (own.length === 0) continue;
      return { passed: own.every((a) => a.verdict === "refused"), at: report.startedAt, attempts: own.length, file };
    } catch {
      // Not a report: the one before it counts.
    }
  }
  return undefined;
}
