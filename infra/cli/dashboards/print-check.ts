import pc from "picocolors";
import type { PanelNumbers } from "../../dashboards/numbers/ask-boards.ts";

/** Whether a panel shows anything. */
export function hasData({ points, problems }: PanelNumbers): boolean {
  return points.length > 0 && problems.length === 0;
}

/** The panels without data, and how many there are in all. */
export function printCheck(numbers: readonly PanelNumbers[]): string {
  const empty = numbers.filter((one) => !hasData(one));
  const lines = empty.flatMap(({ board, row, panel, tenant, problems }) => [
    `${pc.red("✗")} ${board}${tenant === undefined ? "" : ` (${tenant})`} › ${row} › ${panel}`,
    ...problems.map(({ query, problem }) => `    ${problem}\n    ${pc.dim(query)}`),
  ]);
  const sum =
    empty.length === 0
      ? pc.green(`all ${numbers.length} panels have data`)
      : pc.red(`${empty.length} of ${numbers.length} panels have no data`);
  return `${[...lines, sum].join("\n")}\n`;
}

/** The same for programs. */
export function checkReport(numbers: readonly PanelNumbers[]): object {
  const empty = numbers.filter((one) => !hasData(one));
  return {
    panels: numbers.length,
    withoutData: empty.map(({ board, row, panel, tenant, problems }) => ({ board, tenant, row, panel, problems })),
  };
}
