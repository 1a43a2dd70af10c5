import type { Sent } from "./station.ts";

/** What a stream of messages came to. */
export interface Account {
  readonly answered: number;
  /** Reasons of those that were not answered, with how many there are of each. */
  readonly refused: Readonly<Record<string, number>>;
  /** Answered and not delivered. */
  readonly lost: readonly string[];
  /** Delivered more than once. */
  readonly twice: readonly string[];
}

/** Compares what a sender was told with what a receiver got. */
export function account(sent: readonly Sent[], delivered: readonly string[]): Account {
  const got = new Set(delivered);
  const refused: Record<string, number> = {};
  for (const { outcome } of sent) if (outcome !== "ok") refused[outcome] = (refused[outcome] ?? 0) + 1;
  const answered = sent.filter(({ outcome }) => outcome === "ok");
  return {
    answered: answered.length,
    refused,
    lost: answered.filter(({ id }) => !got.has(id)).map(({ id }) => id),
    twice: delivered.filter((id, i) => delivered.indexOf(id) !== i),
  };
}

/** The longest time without an answer, seconds, from a moment on. */
export function longestSilence(sent: readonly Sent[], from: number): number {
  const ends = sent
    .filter(({ outcome, ended }) => outcome === "ok" && ended >= from)
    .map(({ ended }) => ended)
    .sort((a, b) => a - b);
  return Math.max(0, ...ends.map((end, i) => end - (ends[i - 1] ?? from))) / 1000;
}

/** Whether a message that was begun after a moment has been answered. */
export function answeredSince(sent: readonly Sent[], from: number): boolean {
  return sent.some(({ outcome, begun }) => outcome === "ok" && begun > from);
}
