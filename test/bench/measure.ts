import { loadavg } from "node:os";

/** One timed call. */
export interface Sample {
  readonly side: string;
  readonly step: string;
  readonly seconds: number;
  /** The machine's load average over the last minute when the call ended; this machine's own work is in it. */
  readonly load: number;
}

/** Collects samples and says each as it comes. */
export class Stopwatch {
  readonly samples: Sample[] = [];
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  async time(side: string, step: string, work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    await work();
    const sample = { side, step, seconds: (performance.now() - started) / 1000, load: loadavg()[0] ?? 0 };
    this.samples.push(sample);
    this.#say(`${side} ${step}: ${sample.seconds.toFixed(2)} s (load ${sample.load.toFixed(1)})`);
  }

  /** Median seconds of a step on one side; undefined where it was never run. */
  median(side: string, step: string): number | undefined {
    return median(this.samples.filter((s) => s.side === side && s.step === step).map((s) => s.seconds));
  }
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
