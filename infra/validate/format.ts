import type { Judged } from "./criteria.ts";
import { SECTIONS, type Verdict } from "./types.ts";

/** What paints the parts of a report; of picocolors, or of a terminal's own choice. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** Judged criteria for people, by section, each with its evidence and, where it does not hold, a remedy. */
export function formatJudged(judged: readonly Judged[], paint: Painter): string {
  const marks: Readonly<Record<Verdict, string>> = {
    pass: paint.green("✓"),
    fail: paint.red("✗"),
    open: paint.yellow("?"),
  };
  const line = ({ verdict, what, evidence, remedy }: Judged): string =>
    `  ${marks[verdict]} ${what}\n      ${evidence}${remedy ? `\n      ${paint.dim(remedy)}` : ""}\n`;
  const sections = SECTIONS.map((section) => {
    const own = judged.filter((one) => one.section === section);
    return `${paint.bold(section)}\n${own.map(line).join("")}`;
  });
  const count = (verdict: Verdict): number => judged.filter((one) => one.verdict === verdict).length;
  return `${sections.join("\n")}\n${count("pass")} hold, ${count("fail")} do not, ${count("open")} open\n`;
}
