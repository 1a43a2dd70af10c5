import { textTable } from "../../../infra/cli/text-table.ts";
import type { FaultsResult } from "./faults.ts";
import { told } from "./recovery.ts";

/** The result for people. */
export function faultsTable({ recoveries, outage, accounts, resent, problems }: FaultsResult): string {
  const rows = recoveries.map(({ what, healthy, flowing, load }) => [
    what,
    told(healthy),
    told(flowing),
    load.toFixed(1),
  ]);
  const account = accounts.map((one) => [
    ...[one.tenant, one.sent, one.archived, one.rejected, one.distinct, one.foreignRows].map(String),
  ]);
  return [
    textTable(
      ["killed with SIGKILL, under load", "until healthy", "until it flows", "machine load"],
      rows,
      (text) => text,
    ),
    "",
    ...(outage
      ? [
          `the data node away for ${outage.seconds} s: ${outage.buffered} events waited on the node, drained ${told(outage.drained)} after it was well`,
          "",
        ]
      : []),
    textTable(["tenant", "acknowledged", "archived", "rejected", "distinct", "foreign"], account, (text) => text),
    `${resent} lines were sent again after a lost connection`,
    "",
    problems.length === 0
      ? "the account: every event that was acknowledged is archived or rejected, once, and nothing of another tenant is anywhere"
      : `THE ACCOUNT DOES NOT ADD UP:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  ].join("\n");
}
