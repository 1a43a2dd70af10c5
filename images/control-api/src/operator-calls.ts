import type { TrailFact } from "../../runtime/control/trail.ts";
import type { TrailFile } from "./trail-file.ts";

/** A call of somebody who is known. */
export type OperatorFact = TrailFact & { readonly operator: string };

const WINDOW_MS = 600_000;
/** Different calls of one operator that a window takes: further refusals are counted, further successes refused. */
const SUCCESSES = 128;
const REFUSALS = 32;
/** Different calls of all operators that are remembered. */
const REMEMBERED = 2048;

interface Told {
  readonly fact: OperatorFact;
  readonly written: Promise<void>;
  more: number;
}

interface Own {
  successes: number;
  refusals: number;
  left: number;
}

/**
 * Writes down what operators call, so that none can push the others' calls out of the trail: of calls that are the same in
 * all but their query, ten minutes have one entry, and one more that says how often they were repeated.
 */
export class OperatorCalls {
  private readonly trail: Pick<TrailFile, "append">;
  private readonly told = new Map<string, Told>();
  private readonly own = new Map<string, Own>();
  private due: TrailFact[] = [];
  private window = 0;

  constructor(trail: OperatorCalls["trail"]) {
    this.trail = trail;
  }

  /**
   * Resolves when the call, or one like it in these ten minutes, is written down.
   * @returns seconds to wait, where the window takes no more of this operator and the call must not be answered
   * @throws Error when it cannot be written down
   */
  async call(fact: OperatorFact, now: number): Promise<number | undefined> {
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.window) this.next(window);
    await this.drain();
    const own = this.ownOf(fact.operator);
    const key = JSON.stringify(fact);
    const before = this.told.get(key);
    if (before !== undefined) {
      before.more += 1;
      await before.written;
    } else if ((fact.status ?? 0) < 400) {
      if (own.successes >= SUCCESSES) {
        await this.call({ ...fact, status: 429, code: "too_many_calls" }, now);
        return Math.ceil(((window + 1) * WINDOW_MS - now) / 1000);
      }
      own.successes += 1;
      await this.write(key, fact);
    } else if (own.refusals >= REFUSALS) own.left += 1;
    else {
      own.refusals += 1;
      await this.write(key, fact);
    }
    return undefined;
  }

  /** Writes down what was only counted. @throws Error when it cannot be */
  async flush(): Promise<void> {
    this.next(this.window);
    await this.drain();
  }

  private async write(key: string, fact: OperatorFact): Promise<void> {
    if (this.told.size >= REMEMBERED) this.collect();
    const told = { fact, written: this.trail.append(fact), more: 0 };
    this.told.set(key, told);
    try {
      await told.written;
    } catch (error) {
      // The next one like it has to be written down itself.
      if (this.told.get(key) === told) this.told.delete(key);
      throw error;
    }
  }

  private next(window: number): void {
    this.window = window;
    this.collect();
    for (const [operator, { left }] of this.own) {
      if (left > 0) this.due.push({ operator, what: "suppressed", code: "refusals", times: left });
    }
    this.own.clear();
  }

  private collect(): void {
    for (const { fact, more } of this.told.values()) {
      if (more > 0) this.due.push({ ...fact, what: "repeated", times: more });
    }
    this.told.clear();
  }

  private async drain(): Promise<void> {
    const due = this.due;
    this.due = [];
    while (due[0] !== undefined) {
      try {
        await this.trail.append(due[0]);
        due.shift();
      } catch (error) {
        this.due = [...due, ...this.due];
        throw error;
      }
    }
  }

  private ownOf(operator: string): Own {
    const own = this.own.get(operator) ?? { successes: 0, refusals: 0, left: 0 };
    this.own.set(operator, own);
    return own;
  }
}
