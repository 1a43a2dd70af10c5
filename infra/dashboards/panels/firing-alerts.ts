import type { Panel } from "../board.ts";
import { orZero } from "./or-zero.ts";
import { atMost } from "./steps.ts";

/** How many alerts fire now. */
export function firingAlerts(): Panel {
  return {
    title: "Alerts that fire",
    description: "Alerts of all severities that fire now, inhibited ones among them.",
    look: "number",
    unit: "none",
    width: 4,
    queries: [{ expr: orZero('count(ALERTS{alertstate="firing"})'), legend: "alerts" }],
    steps: atMost(1),
  };
}
