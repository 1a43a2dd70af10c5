import { noisyOr } from "../../../runtime/noisy-or.ts";
import type { Trace } from "./trace.ts";

/** A trace counts half after this long, milliseconds. */
export const HALF_LIFE = 120_000;
/** Older traces count no more. */
export const WINDOW = 900_000;

/** A trace with what it counts now: 1 when it has just been made, 0.5 a half-life later. */
export interface Weighed {
  readonly trace: Trace;
  readonly weight: number;
}

const MINUTE = 60_000;
/** A command repeats when it is one of this many before it. */
const REPEATS_OF = 5;
/** Fewer gaps say nothing of bursts. */
const LEAST_GAPS = 5;

/** 0 below `low`, 1 above `high`, straight between. */
export const ramp = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

/** The traces that count at `now`, oldest first. */
export function weigh(traces: readonly Trace[], now: number): readonly Weighed[] {
  return traces
    .filter(({ at }) => now - at < WINDOW)
    .map((trace) => ({ trace, weight: 2 ** (-Math.max(0, now - trace.at) / HALF_LIFE) }));
}

/** How many observations the weights amount to. */
export const amount = (weighed: readonly Weighed[]): number => weighed.reduce((sum, { weight }) => sum + weight, 0);

/** How much so many observations say, 0 to 1: three say half of what many say. */
export const evidence = (count: number): number => count / (count + 3);

/** Observations a minute, of a stream whose weights amount to this. */
export const perMinute = (count: number): number => (count * Math.LN2 * MINUTE) / HALF_LIFE;

/** Weighted share of those that `has` holds for, 0 where there are none. */
export function share(weighed: readonly Weighed[], has: (trace: Trace) => boolean): number {
  const all = amount(weighed);
  return all === 0 ? 0 : Math.min(1, amount(weighed.filter(({ trace }) => has(trace))) / all);
}

/** Weighted share of commands that repeat one of the five before. */
export function repeatShare(commands: readonly Weighed[]): number {
  const repeated = new Set<Trace>();
  for (const [index, { trace }] of commands.entries()) {
    const before = commands.slice(Math.max(0, index - REPEATS_OF), index);
    if (before.some((earlier) => earlier.trace.text === trace.text)) repeated.add(trace);
  }
  return share(commands, (trace) => repeated.has(trace));
}

/** Keystrokes that take something back, of all. */
export function correctionShare(weighed: readonly Weighed[]): number {
  let keys = 0;
  let corrections = 0;
  for (const { trace, weight } of weighed) {
    keys += weight * trace.keys;
    corrections += weight * Math.min(trace.keys, trace.corrections);
  }
  return keys === 0 ? 0 : corrections / keys;
}

/** How uneven the gaps between observations are: (σ − μ) / (σ + μ), 0 for even or random ones, towards 1 for bursts. */
export function burstiness(weighed: readonly Weighed[]): number {
  const times = weighed.map(({ trace }) => trace.at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  if (gaps.length < LEAST_GAPS) return 0;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  return mean + deviation === 0 ? 0 : Math.max(0, (deviation - mean) / (deviation + mean));
}

/** Shannon entropy of the commands' first words by what the commands could have, 0 (always the same) to 1 (never). */
export function entropy(commands: readonly Weighed[]): number {
  const all = amount(commands);
  if (commands.length < 2 || all === 0) return 0;
  const words = new Map<number, number>();
  for (const { trace, weight } of commands) words.set(trace.word, (words.get(trace.word) ?? 0) + weight);
  let bits = 0;
  for (const weight of words.values()) if (weight > 0) bits -= (weight / all) * Math.log2(weight / all);
  return Math.min(1, Math.max(0, bits / Math.log2(commands.length)));
}

/** Parts of a whole that each speak for it by themselves: 1 − Π(1 − weight × value). */
export const joined = (parts: readonly (readonly [weight: number, value: number])[]): number =>
  noisyOr(parts.map(([weight, value]) => weight * value));
