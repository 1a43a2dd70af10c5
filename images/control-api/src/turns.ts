import { Problem } from "./problem.ts";

interface Waiting {
  readonly who: string;
  readonly begin: () => void;
}

export interface TurnsOptions {
  /** Pieces of work at once. */
  readonly atOnce: number;
  /** Longest wait for a turn, ms. */
  readonly waitMs: number;
}

/** Lets a few do their work at once, one of each, in the order they came; how many may wait is for others to bound. */
export class Turns {
  private readonly options: TurnsOptions;
  private readonly working = new Set<string>();
  private readonly waiting: Waiting[] = [];

  constructor(options: TurnsOptions) {
    this.options = options;
  }

  /**
   * Does the work when its turn comes.
   * @throws Problem (429) after too long a wait; what the work throws
   */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (!this.isFree(who)) await this.turn(who);
    else this.working.add(who);
    try {
      return await work();
    } finally {
      this.working.delete(who);
      this.next();
    }
  }

  private isFree(who: string): boolean {
    return this.working.size < this.options.atOnce && !this.working.has(who);
  }

  private turn(who: string): Promise<void> {
    return new Promise((done, failed) => {
      const waiting: Waiting = {
        who,
        begin: () => {
          clearTimeout(timer);
          done();
        },
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        failed(new Problem(429, "too_many_requests", "Too many requests like it are under way.", 1));
      }, this.options.waitMs);
      this.waiting.push(waiting);
    });
  }

  private next(): void {
    const at = this.waiting.findIndex(({ who }) => this.isFree(who));
    const [first] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (first === undefined) return;
    // Taken at once: the one that waited goes on only later.
    this.working.add(first.who);
    first.begin();
  }
}
