import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DrillReport } from "../../drills/report.ts";
import { type SignedReport, verifyReport } from "../../isolation/signature.ts";
import type { Model } from "../../model/types.ts";
import type { Proof } from "../../validate/types.ts";
import { REPORTS } from "../isolation/save.ts";

/** The newest whole proof of isolation on this machine. @throws Error where there is none that can be read */
export function latestIsolation(root: string, rootPublicKey: string): Proof {
  const manifest = readFileSync(resolve(root, process.env.DSMIL_MANIFEST || "manifest.yaml"));
  const digest = createHash("sha256").update(manifest).digest("hex");
  for (const file of newest(root, "isolation-")) {
    const signed = read<SignedReport>(root, file);
    if (signed === undefined || signed.report.only !== undefined) continue;
    const { startedAt, summary, tenants, manifestSha256 } = signed.report;
    const current = manifestSha256 === digest && verifyReport(signed, rootPublicKey);
    return { file, at: startedAt, passed: summary.passed, count: summary.attempts, tenants, current };
  }
  throw new Error("no whole proof of isolation is here: run `bin/dsmil isolation`");
}

/** The newest report of the drills on this machine, whichever fleet's it is. @throws Error where there is none that can be read */
export function latestDrill(
  root: string,
  { fleet, nodes, tenants: ours }: Pick<Model, "fleet" | "nodes" | "tenants">,
): Proof {
  for (const file of newest(root, "drill-")) {
    const report = read<DrillReport>(root, file);
    if (report === undefined) continue;
    const { startedAt, passed, results, tenants } = report;
    const same =
      report.fleet === fleet.name && String([...report.nodes].sort()) === String(nodes.map(({ id }) => id).sort());
    // A drill is of two tenants, one attacking the other.
    const current = same && tenants.length > 0 && tenants.every((id) => ours.some((tenant) => tenant.id === id));
    return { file, at: startedAt, passed, count: new Set(results.map(({ number }) => number)).size, tenants, current };
  }
  throw new Error("the drills were not run from here: run `bin/dsmil drill`");
}

/** Names carry the time, so that their order is that of time. */
function newest(root: string, prefix: string): string[] {
  try {
    const all = readdirSync(join(root, REPORTS));
    return all
      .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

function read<T>(root: string, file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(root, REPORTS, file), "utf8")) as T;
  } catch {
    return undefined;
  }
}
