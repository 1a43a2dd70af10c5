import pc from "picocolors";
import type { PanelNumbers } from "../../dashboards/numbers/ask-boards.ts";
import { written } from "../../dashboards/numbers/written.ts";
import { textTable } from "../text-table.ts";

/** Series of one panel that are printed; the rest is counted. */
const MOST_SERIES = 20;

/** A dashboard's numbers as tables, one a row of it. */
export function printNumbers(numbers: readonly PanelNumbers[]): string {
  const parts = new Map<string, PanelNumbers[]>();
  for (const one of numbers) {
    const { board, tenant, row } = one;
    const title = `${board}${tenant === undefined ? "" : ` (${tenant})`} › ${row}`;
    parts.set(title, [...(parts.get(title) ?? []), one]);
  }
  const texts = [...parts].map(([title, panels]) => {
    const rows = panels.flatMap(rowsOf);
    return `${pc.bold(title)}\n${textTable(["PANEL", "SERIES", "NOW"], rows, pc.dim)}`;
  });
  return `${texts.join("\n\n")}\n`;
}

function rowsOf({ panel, points, problems, unit }: PanelNumbers): string[][] {
  const shown = points
    .slice(0, MOST_SERIES)
    .map(({ name, value }, index) => [index === 0 ? panel : "", name, written(value, unit)]);
  if (points.length > MOST_SERIES) shown.push(["", `and ${points.length - MOST_SERIES} more`, ""]);
  const refused = problems.map(({ problem }) => [panel, "", problem]);
  return shown.length + refused.length === 0 ? [[panel, "", "no data"]] : [...shown, ...refused];
}
