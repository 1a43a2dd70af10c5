import type { Wire } from "./wire.ts";

/** Times of single messages, one after the other, microseconds. */
export async function pingTimes(wire: Wire, size: number, count: number): Promise<number[]> {
  const payload = Buffer.alloc(size, 0x61);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await new Promise<void>((resolve) => {
      wire.onAnswer = () => resolve();
      wire.send(payload);
    });
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

/** Messages a second with `window` of them under way at any time. */
export async function pipelined(wire: Wire, size: number, count: number, window: number): Promise<number> {
  const payload = Buffer.alloc(size, 0x61);
  const started = performance.now();
  await new Promise<void>((resolve) => {
    let [sent, answered] = [0, 0];
    wire.onAnswer = () => {
      if (++answered === count) resolve();
      else if (sent < count) {
        sent++;
        wire.send(payload);
      }
    };
    while (sent < Math.min(window, count)) {
      sent++;
      wire.send(payload);
    }
  });
  return count / ((performance.now() - started) / 1000);
}

/** Value below which a share of the values is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
