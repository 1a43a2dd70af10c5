import pc from "picocolors";
import { entriesOf } from "../../../images/runtime/dbe/audit/finding.ts";
import { clean } from "../events/render.ts";
import { textTable } from "../text-table.ts";
import type { AuditReport } from "./verify.ts";

/** Findings that are shown; `--json` has all that were kept. */
const SHOWN = 50;

/** A table of chains, then what is wrong. */
export function printAudit({ chains, findings, omitted, notes }: AuditReport): string {
  const rows = chains.map((c) => [clean(c.node), String(c.entries), String(c.last), String(c.signed)]);
  const out = [textTable(["NODE", "ENTRIES", "LAST", "SIGNED"], rows, pc.dim), ""];
  for (const finding of findings.slice(0, SHOWN)) {
    const { node, kind, detail } = finding;
    out.push(`${pc.red("✗")} ${clean(node)}, ${entriesOf(finding)}: ${pc.bold(kind.replaceAll("_", " "))}: ${detail}`);
  }
  const more = findings.length - SHOWN;
  if (more > 0) out.push(`  … and ${more} more, see --json`);
  if (omitted > 0) out.push(`  … and ${omitted} more that were not kept`);
  for (const note of notes) out.push(`${pc.yellow("?")} ${clean(note)}`);
  const total = chains.reduce((sum, { entries }) => sum + entries, 0);
  if (findings.length > 0) out.push(pc.red(`${findings.length + omitted} findings in ${total} entries`));
  else if (total === 0) out.push("there are no entries");
  else out.push(pc.green(`all ${total} entries are as ${chains.length === 1 ? "the node" : "the nodes"} wrote them`));
  return `${out.join("\n")}\n`;
}
