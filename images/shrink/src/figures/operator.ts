import {
  amount,
  burstiness,
  correctionShare,
  entropy,
  evidence,
  joined,
  perMinute,
  ramp,
  repeatShare,
  share,
  WINDOW,
  weigh,
} from "./formulas.ts";
import type { Trace } from "./trace.ts";

/** What is said of one operator, each from 0 to 1. */
export interface OperatorFigures {
  readonly risk_acute_stress: number;
  readonly cognitive_load: number;
  readonly lbi_hyperfocus_density: number;
  readonly entropy: number;
}

/** Traces kept of an operator. */
export const MAX_TRACES = 128;
/** A pause of this long ends a stretch of work, milliseconds. */
const BREAK = 900_000;
const HOUR = 3_600_000;

const isNight = ({ hour }: Trace): boolean => hour >= 22 || hour < 6;

/** The latest traces of one operator and how long the stretch of work is. */
export class Operator {
  private traces: Trace[] = [];
  private began = 0;

  /** Traces kept. */
  get count(): number {
    return this.traces.length;
  }

  /** When it was last seen, milliseconds since 1970. */
  get seen(): number {
    return this.traces.at(-1)?.at ?? 0;
  }

  /** Takes a trace at its place in time; the oldest goes when there are too many. */
  add(trace: Trace): void {
    if (this.traces.length === 0 || trace.at - this.seen >= BREAK) this.began = trace.at;
    let place = this.traces.length;
    while (place > 0 && (this.traces[place - 1]?.at ?? 0) > trace.at) place -= 1;
    this.traces.splice(place, 0, trace);
    if (this.began - trace.at < BREAK) this.began = Math.min(this.began, trace.at);
    if (this.traces.length > MAX_TRACES) this.traces.shift();
  }

  /** Forgets what counts no more; whether anything is left. */
  forget(now: number): boolean {
    this.traces = this.traces.filter(({ at }) => now - at < WINDOW);
    return this.traces.length > 0;
  }

  /** The figures at `now`, by docs/shrink.md. */
  figures(now: number): OperatorFigures {
    const weighed = weigh(this.traces, now);
    const commands = weighed.filter(({ trace }) => trace.command);
    const count = amount(weighed);
    const trust = evidence(count);
    const hours = weighed.length === 0 ? 0 : (this.seen - this.began) / HOUR;
    const pace = ramp(perMinute(count), 6, 30);
    const errors = trust * share(commands, ({ failed }) => failed);
    const repeats = trust * repeatShare(commands);
    const corrections = trust * ramp(correctionShare(weighed), 0.05, 0.35);
    const bursts = trust * burstiness(weighed);
    const night = trust * share(weighed, isNight);
    const fatigue = trust * ramp(hours, 2, 8);
    const variety = entropy(commands);
    return {
      risk_acute_stress: joined([
        [0.55, errors],
        [0.45, repeats],
        [0.45, corrections],
        [0.4, pace],
        [0.3, bursts],
        [0.2, night],
        [0.2, fatigue],
      ]),
      cognitive_load: joined([
        [0.6, pace],
        [0.5, trust * variety],
        [0.4, corrections],
        [0.3, errors],
        [0.3, fatigue],
      ]),
      lbi_hyperfocus_density: commands.length < 2 ? 0 : trust * (1 - variety) * ramp(hours, 0.25, 2),
      entropy: trust * variety,
    };
  }
}
