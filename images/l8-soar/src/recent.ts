/** What became of an action on a target. */
export type Outcome = "proposed" | "refused";

/** An action on a target that was judged. */
export interface Seen {
  readonly key: string;
  readonly outcome: Outcome;
  readonly eventId: string;
  readonly policyVersion: number | null;
}

interface Known extends Seen {
  /** ms since 1970 */
  readonly at: number;
}

/** Entries at most; beyond, the oldest go. */
const MOST = 20_000;

/**
 * What was proposed or refused of late, by action and target: it is neither proposed nor asked again within the window,
 * as long as the same policy is in force.
 */
export class Recent {
  private readonly windowMs: number;
  private readonly known = new Map<string, Known>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /**
   * What is known of it from another event: the same one, delivered again, has to come to the same proposal again.
   * @param policyVersion of the policy in force now; null: none is
   */
  find(key: string, eventId: string, policyVersion: number | null, now = Date.now()): Outcome | undefined {
    const found = this.known.get(key);
    if (found === undefined || found.eventId === eventId) return undefined;
    return now - found.at < this.windowMs && found.policyVersion === policyVersion ? found.outcome : undefined;
  }

  note(seen: Seen, at = Date.now()): void {
    this.known.delete(seen.key);
    this.known.set(seen.key, { ...seen, at });
    const [oldest] = this.known.keys();
    if (this.known.size > MOST && oldest !== undefined) this.known.delete(oldest);
  }
}

/** One action on one target. */
export const recentKey = ({ action, target }: { readonly action: string; readonly target: string }): string =>
  `${action} ${target}`;
