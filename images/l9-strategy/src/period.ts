import { HORIZONS, type Horizon } from "../../runtime/soc/strategy.ts";

/** A time and as long a time before it; ms since 1970, ends are not within. */
export interface Period {
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly hours: number;
}

const MINUTE = 60_000;

/** The period that ends with the minute of `now`: two questions within one minute are about the same one. */
export function periodOf(horizon: Horizon, now: number): Period {
  const hours = HORIZONS[horizon];
  const to = (Math.floor(now / MINUTE) + 1) * MINUTE;
  const length = hours * 60 * MINUTE;
  return { before: to - 2 * length, from: to - length, to, hours };
}
