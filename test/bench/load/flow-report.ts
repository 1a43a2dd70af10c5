import { textTable } from "../../../infra/cli/text-table.ts";
import type { FlowResult } from "./flow.ts";

/** The whole lab with two tenants shall stay below this, MiB. */
export const MEMORY_GOAL = 12 * 1024;
/** Containers that are named in the text; `--json` has all. */
const NAMED = 6;

/** The result for people. */
export function flowTable({ tenants, streams, parts, memory, problems }: FlowResult): string {
  const accounts = tenants.map((one) => [
    ...[one.tenant, one.run, one.sent, one.archived, one.rejected, one.distinct, one.foreignRows].map(String),
    streams
      .filter(({ tenant, run }) => tenant === one.tenant && run === one.run)
      .map(
        ({ stream, entries, distinct }) => `${stream} ${distinct}${entries > distinct ? ` (${entries} entries)` : ""}`,
      )
      .join(", "),
  ]);
  const total = memory.reduce((sum, { mib }) => sum + mib, 0);
  const most = memory.toSorted((a, b) => b.mib - a.mib).slice(0, NAMED);
  return [
    textTable(
      ["tenant", "run", "sent", "archived", "rejected", "distinct", "foreign", "different events in"],
      accounts,
      plain,
    ),
    ...parts.flatMap((part) => ["", `${part.name}, machine load ${part.load.toFixed(1)}:`, partTable(part)]),
    "",
    `memory, the most each container was seen with: ${Math.round(total)} MiB in ${memory.length} containers (goal ${MEMORY_GOAL} MiB); ` +
      most.map(({ name, mib }) => `${name} ${Math.round(mib)}`).join(", "),
    "",
    problems.length === 0
      ? "the account: every event that was acknowledged is archived or rejected, once, and nothing of another tenant is anywhere"
      : `THE ACCOUNT DOES NOT ADD UP:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  ].join("\n");
}

function partTable({ times, batches }: FlowResult["parts"][number]): string {
  const rows = times.map(({ layer, events, eventsPerSecond, p50Ms, p99Ms }) => {
    const batch = batches.find((one) => one.layer === layer);
    const bound = batch?.p99Ms === undefined ? "–" : `≤ ${batch.p99Ms} ms`;
    return [
      layer,
      String(events),
      whole(eventsPerSecond),
      `${whole(p50Ms)} ms`,
      `${whole(p99Ms)} ms`,
      bound,
      batch?.sloMs === undefined ? "–" : `${batch.sloMs} ms`,
    ];
  });
  return textTable(
    ["layer", "events", "events/s", "p50 in and out", "p99 in and out", "p99 of batches", "objective"],
    rows,
    plain,
  );
}

const plain = (text: string): string => text;
const whole = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–");
