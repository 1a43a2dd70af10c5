import { type Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { fleetEvidence } from "./audit/fleet-evidence.ts";
import { type AuditFilter, ENTRY_TITLES, entryCells, listEntries } from "./audit/list.ts";
import { printAudit } from "./audit/print.ts";
import { withAuditReader } from "./audit/reader.ts";
import { since } from "./audit/since.ts";
import { verifyTrail } from "./audit/verify.ts";
import { ExitError, reportError, UserError } from "./errors.ts";
import { withFleet } from "./stores/fleet.ts";
import { textTable } from "./text-table.ts";

interface VerifyFlags {
  readonly node?: string;
  readonly certificate?: readonly string[];
  readonly json?: boolean;
}

const COULD_NOT_VERIFY = 3;
const DEFAULT_LIMIT = 50;
const MOST = 100_000;

/** `dsmil audit verify|list`: the trail that gateways write and nobody can change unseen. */
export function registerAudit(program: Command): void {
  const audit = program.command("audit").description("Read the nodes' audit trail, and prove that nobody changed it.");
  registerVerify(audit);
  registerList(audit);
}

function registerVerify(audit: Command): void {
  audit
    .command("verify")
    .description("Recompute every hash, check every signature, and compare the end of each chain with its node's.")
    .option("-n, --node <id>", "only this node's chain")
    .option("--certificate <file...>", "certificates of nodes that left, or of keys that were replaced")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Names each entry that was altered, taken out, put in or moved, each signature that is not the node's, and ends of chains
that are unsigned or gone. A gateway that cannot be asked is named: the end of its chain is then not compared.

Examples:
  bin/dsmil audit verify
  bin/dsmil audit verify --node node-b --json | jq .findings

Exit codes: 0 every entry is as it was written, 1 findings, 3 could not verify, 64 usage.`,
    )
    .action(async (flags: VerifyFlags) => {
      const report = await withFleet(async (fleet) => {
        // Asked first: what is written from here on is no finding.
        const evidence = await fleetEvidence(fleet, flags.certificate ?? []);
        const verified = await withAuditReader(fleet, (client) => verifyTrail(client, evidence, flags.node));
        if (flags.node === undefined || verified.chains.length > 0) return verified;
        throw new UserError(`node ${JSON.stringify(flags.node)} has no entries`, "check the spelling");
      }).catch((error: unknown) => {
        reportError(error);
        throw new ExitError(COULD_NOT_VERIFY);
      });
      process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : printAudit(report));
      if (report.findings.length > 0) throw new ExitError(1);
    });
}

function registerList(audit: Command): void {
  audit
    .command("list")
    .description("Show the latest entries, oldest first.")
    .option("-t, --tenant <id>", "only this tenant's")
    .option("-r, --reason <name>", "only refusals for this reason, such as REPLAY")
    .option("-n, --node <id>", "only this node's")
    .option("--since <when>", "from then on: 2h, 2026-11-21 or 2026-11-21T17:00:00Z", (text: string) => since(text))
    .option("-l, --limit <n>", `how many, at most ${MOST}`, limit, DEFAULT_LIMIT)
    .option("--json", "print one JSON object a line")
    .addHelpText(
      "after",
      "\nExample:\n  bin/dsmil audit list --tenant alpha --since 24h --json | jq -r .reason | sort | uniq -c\n\nExit codes: 0 shown, 1 not, 64 usage.",
    )
    .action((flags: AuditFilter & { readonly json?: boolean }) =>
      withFleet(async (fleet) => {
        const entries = await withAuditReader(fleet, (client) => listEntries(client, flags));
        if (flags.json) for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`);
        else if (entries.length === 0) process.stderr.write("no entry fits\n");
        else process.stdout.write(`${textTable(ENTRY_TITLES, entries.map(entryCells), pc.dim)}\n`);
      }),
    );
}

function limit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MOST) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST}`);
}
