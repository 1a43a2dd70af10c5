import type { TrailFact } from "../../runtime/control/trail.ts";
import { OperatorCalls } from "./operator-calls.ts";
import type { TrailFile } from "./trail-file.ts";

/** Calls of nobody we know that are written down one by one, a minute; further ones are counted. */
const MOST_A_MINUTE = 60;
const MINUTE_MS = 60_000;

type Trail = Pick<TrailFile, "append">;

/** Writes down every call; who is not known has a trail of its own, so that it pushes nothing out of the operators'. */
export class Audit {
  private readonly operators: OperatorCalls;
  private readonly nobodys: Trail;
  private minute = 0;
  private written = 0;
  private left = 0;

  constructor(operators: Trail, nobodys: Trail) {
    this.operators = new OperatorCalls(operators);
    this.nobodys = nobodys;
  }

  /**
   * Writes a call down.
   * @returns seconds to wait, where it must not be answered because the trail takes no more of its operator now
   * @throws Error when it cannot be written down
   */
  async call(fact: TrailFact, now = Date.now()): Promise<number | undefined> {
    const { operator } = fact;
    if (operator !== undefined) return this.operators.call({ ...fact, operator }, now);
    await this.turn(now);
    if (++this.written > MOST_A_MINUTE) this.left += 1;
    else await this.nobodys.append(fact);
    return undefined;
  }

  /** Calls that were only counted, told when the next one comes after their time, or at the end. */
  async flush(): Promise<void> {
    await this.operators.flush();
    await this.tellLeft();
  }

  private async tellLeft(): Promise<void> {
    const left = this.left;
    this.left = 0;
    if (left > 0) await this.nobodys.append({ what: "suppressed", code: "calls_of_nobody", times: left });
  }

  private async turn(now: number): Promise<void> {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.minute) return;
    this.minute = minute;
    this.written = 0;
    await this.tellLeft();
  }
}
