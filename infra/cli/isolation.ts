import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { makeReport } from "../isolation/report.ts";
import { type SignedReport, signReport, verifyReport } from "../isolation/signature.ts";
import { LAYERS, type Layer } from "../isolation/types.ts";
import { ExitError, reportError, UserError } from "./errors.ts";
import { printReport } from "./isolation/print.ts";
import { proveIsolation } from "./isolation/prove.ts";
import { saveReport } from "./isolation/save.ts";
import { manifestPath } from "./model.ts";
import { projectRoot } from "./root.ts";
import { type Fleet, findTenant, withFleet } from "./stores/fleet.ts";

interface IsolationFlags {
  json?: boolean;
  report?: string;
  tenant?: string;
  layer?: readonly Layer[];
}

const COULD_NOT_RUN = 3;

/** `dsmil isolation`: the proof that no tenant reaches another's things, and the check of such a proof. */
export function registerIsolation(program: Command): void {
  const isolation = program
    .command("isolation")
    .description(
      "Try every tenant's real credentials on every other tenant's streams, tables, collections, API, ingest, SHRINK, bus and files.",
    )
    .option("-t, --tenant <id>", "only pairs with this tenant")
    .addOption(new Option("--layer <name...>", "only these layers; the report says so").choices(LAYERS))
    .option("--report <file>", "where to write the signed report (default: .dsmil/reports/)")
    .option("--json", "print the signed report as JSON")
    .addHelpText(
      "after",
      `
Each attempt must meet the right refusal (NOPERM, 42501, 403 tenant_mismatch …), and the same operation by its
rightful owner must work right after; whatever the run makes for that it removes again. Credentials are taken from the
data stack and from the nodes, so that a changed file counts.

Examples:
  bin/dsmil isolation
  bin/dsmil isolation --json | jq .report.summary
  bin/dsmil isolation verify .dsmil/reports/isolation-20261121T150000Z.json

Exit codes: 0 all refused, 1 a leak or an attempt that proves nothing, 3 could not run, 64 usage.`,
    )
    .action(async (flags: IsolationFlags) => {
      const passed = await withFleet((fleet) => prove(fleet, flags)).catch((error: unknown) => {
        reportError(error);
        throw new ExitError(COULD_NOT_RUN);
      });
      if (!passed) throw new ExitError(1);
    });
  isolation
    .command("verify")
    .description("Check that a report is as this fleet's root key signed it.")
    .argument("<file>", "report that `bin/dsmil isolation` wrote")
    .addHelpText(
      "after",
      "\nExit codes: 0 genuine and passed, 1 genuine but not passed, or not genuine, 3 could not check.",
    )
    .action(async (file: string) => {
      const genuine = await withFleet(async ({ data }) => verify(file, data.rootPublicKey)).catch((error: unknown) => {
        reportError(error);
        throw new ExitError(COULD_NOT_RUN);
      });
      if (!genuine) throw new ExitError(1);
    });
}

async function prove(fleet: Fleet, flags: IsolationFlags): Promise<boolean> {
  const { model, data } = fleet;
  if (flags.tenant !== undefined) findTenant(model, flags.tenant);
  if (model.tenants.length < 2)
    throw new UserError("isolation needs two tenants", "add one to manifest.yaml and run `bin/dsmil up`");
  const startedAt = new Date();
  const start = performance.now();
  const only = flags.layer && LAYERS.filter((layer) => flags.layer?.includes(layer));
  const attempts = await proveIsolation(fleet, { tenant: flags.tenant?.toLowerCase(), layers: only }, (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K… ${done} of ${of} attempts`);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
  const seconds = (performance.now() - start) / 1000;
  const manifest = readFileSync(manifestPath());
  const tenants = model.tenants.map((t) => t.id);
  const facts = { fleet: model.fleet.name, manifest, tenants, only, startedAt, seconds };
  const signed = signReport(makeReport(facts, attempts), data.rootSeed);
  const path = saveReport(projectRoot, signed, flags.report);
  process.stdout.write(flags.json ? `${JSON.stringify(signed, null, 2)}\n` : printReport(signed.report, path));
  return signed.report.summary.passed;
}

/** Prints what a report proves; false when it is not genuine or did not pass. */
function verify(file: string, rootPublicKey: string): boolean {
  const { signed, genuine } = read(file, rootPublicKey);
  if (!genuine) {
    process.stdout.write(`${file}: NOT GENUINE: this fleet's root key did not sign it, or it was changed since\n`);
    return false;
  }
  const { summary, startedAt, tenants, only } = signed.report;
  const part = only ? ` (only ${only.join(", ")})` : "";
  process.stdout.write(
    `${file}: genuine, made ${startedAt} for ${tenants.join(", ")}${part}: ${summary.verdicts.refused} of ${summary.attempts} attempts refused\n`,
  );
  return summary.passed;
}

function read(file: string, rootPublicKey: string): { signed: SignedReport; genuine: boolean } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `${file} cannot be read: ${(error as Error).message}`,
      `reports are in ${join(projectRoot, ".dsmil/reports")}`,
    );
  }
  try {
    const signed = JSON.parse(text) as SignedReport;
    return { signed, genuine: verifyReport(signed, rootPublicKey) };
  } catch {
    throw new UserError(`${file} is no isolation report`, "name a file that `bin/dsmil isolation` wrote");
  }
}
