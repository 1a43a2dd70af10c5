import type { Panel } from "../board.ts";
import { FLEET_IS_SCRAPED, orZero } from "./or-zero.ts";
import { WINDOW } from "./window.ts";

export interface Counted {
  readonly title: string;
  readonly description: string;
  readonly counter: string;
  /** Label matchers, without the braces; absent: all series. */
  readonly matching?: string;
  /** Labels of the series; empty: one for all. */
  readonly by: readonly string[];
  /** How often a second, or how many within this time. */
  readonly within?: string;
  /** Absent: the fleet's. */
  readonly scraped?: string;
}

type Rest = Partial<Pick<Panel, "look" | "unit" | "width" | "steps" | "needs">>;

/** A counter of what need not have happened yet: its rate over time, or how many within a time. */
export function counted(
  { title, description, counter, matching = "", by, within, scraped }: Counted,
  rest: Rest = {},
): Panel {
  const series = `${counter}${matching && `{${matching}}`}`;
  const change = within === undefined ? `rate(${series}[${WINDOW}])` : `increase(${series}[${within}])`;
  const sum = by.length === 0 ? `sum(${change})` : `sum by (${by.join(", ")}) (${change})`;
  return {
    title,
    description,
    look: within === undefined ? "lines" : "bars",
    unit: within === undefined ? "cps" : "short",
    width: 8,
    queries: [
      {
        expr: orZero(sum, scraped ?? FLEET_IS_SCRAPED),
        legend: by.length === 0 ? title : by.map((label) => `{{${label}}}`).join(" "),
      },
    ],
    ...rest,
  };
}
