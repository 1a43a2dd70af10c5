import type { Panel } from "../board.ts";
import { atLeast } from "./steps.ts";

/** Share of targets that answer. @param matching label matchers of `up`, without the braces */
export function targetsUp(title: string, matching: string): Panel {
  return {
    title,
    description:
      "Share of targets that answered Prometheus' last scrape. Below 100 %, something is down or cannot be asked.",
    look: "number",
    unit: "percentunit",
    width: 4,
    queries: [{ expr: `avg(up{${matching}})`, legend: "up" }],
    steps: atLeast(0.9, 1),
  };
}
