import type { TrailFact } from "../../runtime/control/trail.ts";
import type { TrailFile } from "./trail-file.ts";

/** Calls of nobody we know that are written down one by one, a minute; further ones are counted. */
const MOST_A_MINUTE = 60;
const MINUTE_MS = 60_000;

/** Writes down every call. Who is not known cannot fill the disk: of too many calls it says how many there were. */
export class Audit {
  private readonly trail: Pick<TrailFile, "append">;
  private minute = 0;
  private written = 0;
  private left = 0;

  constructor(trail: Audit["trail"]) {
    this.trail = trail;
  }

  /** @throws Error when it cannot be written down */
  async call(fact: TrailFact, now = Date.now()): Promise<void> {
    await this.turn(now);
    if (fact.operator === undefined && ++this.written > MOST_A_MINUTE) {
      this.left += 1;
      return;
    }
    await this.trail.append(fact);
  }

  /** Calls that were only counted, told when the next one comes after their minute, or at the end. */
  async flush(): Promise<void> {
    const left = this.left;
    this.left = 0;
    if (left > 0) await this.trail.append({ what: "suppressed", code: `${left}_calls_of_nobody` });
  }

  private async turn(now: number): Promise<void> {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.minute) return;
    this.minute = minute;
    this.written = 0;
    await this.flush();
  }
}
