import { LINK_LIMITS, type LinkLimits } from "../../../../images/runtime/dbe/link/limits.ts";
import type { Random } from "../../../unit/dbe/support/random.ts";
import { between } from "./between.ts";
import type { Weather } from "./network.ts";

/** What one schedule has to live through; it follows from the seed alone. */
export interface Plan {
  readonly nodes: readonly string[];
  readonly weather: Weather;
  readonly limits: LinkLimits;
  readonly rotation: { readonly seconds: number; readonly messages: number };
  /** ms each node's clock is off until the network calms down. */
  readonly skews: readonly number[];
  readonly messages: number;
  /** Moments at which messages are sent; few make crowds. */
  readonly moments: number;
  readonly cuts: number;
  readonly restarts: number;
  readonly rekeys: number;
  /** Frames are lost though their channel lives, which byte streams never do: such a message may stay unanswered. */
  readonly lossy: boolean;
  /** Bounds so narrow that requests are refused. */
  readonly narrow: boolean;
}

const NODES = ["node-a", "node-b", "node-c"];

/** @param gentle few handshakes, for schedules that make real ones */
export function planOf(random: Random, gentle: boolean): Plan {
  const nodes = NODES.slice(0, gentle || random.chance(0.8) ? 2 : 3);
  const lossy = random.chance(0.5);
  const narrow = random.chance(0.2);
  const share = (most: number) =>
    random.chance(0.6) ? (between(random, 0, 100) / 100) * most * (gentle ? 0.2 : 1) : 0;
  const weather: Weather = {
    drop: lossy ? share(0.3) : 0,
    corrupt: lossy ? share(0.02) : 0,
    duplicate: share(0.3),
    reorder: share(0.4),
    lateMs: random.pick([20, 300, 2000, 12_000]),
    delayMs: random.pick([1, 5, 50, 400]),
    bandwidth: random.chance(0.25) ? between(random, 20, 200) : 0,
    dialFails: share(0.5),
    dialHangs: random.chance(0.2) ? 0.2 : 0,
  };
  const skew = () => {
    if (random.chance(0.7)) return between(random, -2000, 2000);
    return random.chance(0.7) ? between(random, -14_000, 14_000) : random.pick([-45_000, 45_000]);
  };
  return {
    ...{ nodes, weather, lossy, narrow },
    limits: narrow ? narrowLimits(random) : LINK_LIMITS,
    rotation: { seconds: random.pick([8, 15, 3600, 3600]), messages: gentle ? 1e9 : random.pick([20, 1e9, 1e9]) },
    skews: nodes.map(skew),
    messages: narrow ? between(random, 10, 30) : between(random, 3, 12),
    moments: narrow ? between(random, 1, 4) : 100,
    cuts: random.chance(0.6) ? between(random, 1, gentle ? 2 : 4) : 0,
    restarts: random.chance(0.35) ? between(random, 1, gentle ? 1 : 3) : 0,
    rekeys: random.chance(0.4) ? between(random, 1, gentle ? 1 : 4) : 0,
  };
}

function narrowLimits(random: Random): LinkLimits {
  return {
    ...LINK_LIMITS,
    pending: between(random, 2, 8),
    pendingBytes: between(random, 8, 64) * 1024,
    running: between(random, 1, 4),
    answers: between(random, 2, 8),
    answerBytes: between(random, 4, 32) * 1024,
    writable: between(random, 1, 8) * 1024,
    unproven: 2,
  };
}
