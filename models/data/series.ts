import { DAY } from "../../images/runtime/models/features/series-features.ts";
import type { Random } from "./random.ts";

/** How a source of events behaves over days. */
export interface Habits {
  /** Mean count of a bin. */
  readonly rate: readonly [from: number, to: number];
  /** How long a burst takes to die away, bins. */
  readonly decay: readonly [from: number, to: number];
  /** Bursts a day. */
  readonly bursts: number;
  /** Share of the weekday's rate at weekends. */
  readonly weekend: readonly [from: number, to: number];
}

export const USUAL: Habits = { rate: [0.05, 3000], decay: [2, 12], bursts: 1.5, weekend: [0.3, 1] };
/** Not trained on: attacks that come more often and last longer, offices that close. */
export const UNUSUAL: Habits = { rate: [0.5, 8000], decay: [10, 40], bursts: 3, weekend: [0.05, 0.3] };

/**
 * Counts of `days` days, a bin each five minutes: a daily wave with a working day's hump, weekends, a slow drift, noise
 * that lasts, bursts of attacks, and now and then an outage.
 */
export function series(random: Random, days: number, habits: Habits): number[] {
  const rate = random.magnitude(habits.rate[0] * 1000, habits.rate[1] * 1000) / 1000;
  const [swing, hump, peak] = [random.unit() * 1.2, random.unit() * 1.5, random.whole(0, DAY - 1)];
  const weekend = habits.weekend[0] + random.unit() * (habits.weekend[1] - habits.weekend[0]);
  const drift = (random.unit() - 0.5) * 0.1;
  const [stays, noise] = [0.6 + random.unit() * 0.38, 0.03 + random.unit() * 0.25];
  let [lasting, burst, fade, outage] = [0, 0, 1, 0];
  return Array.from({ length: days * DAY }, (_, bin) => {
    const angle = (2 * Math.PI * (bin - peak)) / DAY;
    const hour = (bin % DAY) / 12;
    const working = hour >= 8 && hour < 18 ? hump : 0;
    lasting = stays * lasting + noise * random.normal();
    if (random.chance(habits.bursts / DAY)) {
      burst = Math.log(random.magnitude(20, 600) / 10);
      fade = Math.exp(-1 / random.whole(habits.decay[0], habits.decay[1]));
    }
    burst *= fade;
    if (random.chance(0.05 / DAY)) outage = random.whole(2, 24);
    outage = Math.max(0, outage - 1);
    const day = Math.floor(bin / DAY) % 7 >= 5 ? Math.log(weekend) : 0;
    const log = Math.log(rate) + swing * Math.cos(angle) + working + day + (drift * bin) / DAY + lasting + burst;
    return outage > 0 ? 0 : random.poisson(Math.exp(Math.min(12, log)));
  });
}
