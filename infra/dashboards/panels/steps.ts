import type { Step } from "../board.ts";

/** Good below `limit`, bad from it on; `warn` comes before it. */
export function atMost(limit: number, warn?: number): readonly Step[] {
  const between: readonly Step[] = warn === undefined ? [] : [{ from: warn, color: "orange" }];
  return [{ color: "green" }, ...between, { from: limit, color: "red" }];
}

/** Bad below `limit`, good from it on; `well` is where the warning ends. */
export function atLeast(limit: number, well?: number): readonly Step[] {
  if (well === undefined) return [{ color: "red" }, { from: limit, color: "green" }];
  return [{ color: "red" }, { from: limit, color: "orange" }, { from: well, color: "green" }];
}
