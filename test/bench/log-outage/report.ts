import { textTable } from "../../../infra/cli/text-table.ts";
import type { LogOutageResult } from "./log-outage.ts";

/** The result for people. */
export function logOutageTable(result: LogOutageResult): string {
  const { seconds, written, duringOutage, arrived, twice, completeAfter, problems } = result;
  const complete = completeAfter === undefined ? "never" : `${completeAfter.toFixed(0)} s`;
  const row = [`${seconds} s`, String(written), String(duringOutage), String(arrived), String(twice), complete];
  const header = ["Loki away", "lines", "of them meanwhile", "arrived", "twice", "all there after its start"];
  return [
    textTable(header, [row], (text) => text),
    ...problems.map((problem) => `THE ACCOUNT DOES NOT ADD UP: ${problem}`),
  ].join("\n");
}
