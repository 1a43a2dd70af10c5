import type { Clock } from "./clock.ts";
import type { Report } from "./events.ts";
import type { Keying } from "./keying.ts";
import type { LinkLimits } from "./limits.ts";
import type { LinkTimings } from "./timings.ts";

/** What all lines and links of a node are made with. */
export interface LineOptions {
  /** Id of this node. */
  readonly self: string;
  readonly keying: Keying;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  readonly timings: LinkTimings;
  readonly limits: LinkLimits;
  readonly report: Report;
}
