import type { DsmilEvent } from "../../runtime/event.ts";
import { RecentIds } from "../../runtime/recent-ids.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";

/** An entry that carried a part of an event, to be acknowledged when the event is stored. */
export type EntryRef = Pick<StreamEntry, "key" | "id">;

/** What is known of one event. */
export interface Joined {
  readonly event: DsmilEvent;
  readonly refs: readonly EntryRef[];
  /** Both layers have spoken. */
  readonly complete: boolean;
  /** A part of it had been delivered before: it may be stored and published already. */
  readonly redelivered: boolean;
}

interface Waiting extends Joined {
  readonly since: number;
  readonly size: number;
}

/** Characters of events that are taken at once, not counting the last one. */
const MAX_TAKEN = 1024 * 1024;

/**
 * Joins what Layer 3 and Layer 4 say of an event, by its id. An event is ready when both have spoken, or when the
 * window is over. Entries stay un-acknowledged all that time: nothing is lost with this buffer.
 *
 * When Layer 4 is silent for as long as an event waited in vain, it is taken to be away and later events do not wait
 * for it either, until it speaks again: a dead classifier must not hold back the archive.
 */
export class JoinBuffer {
  private readonly windowMs: number;
  /** Insertion order is order of age. */
  private readonly waiting = new Map<string, Waiting>();
  private readonly ready: Waiting[] = [];
  private readonly completed = new RecentIds(20_000);
  private lastL4 = Number.NEGATIVE_INFINITY;
  private l4Away = false;
  private held = 0;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** Characters of events held, ready or not. */
  get heldSize(): number {
    return this.held;
  }

  /** Events that are ready and not taken yet. */
  get readyCount(): number {
    return this.ready.length;
  }

  /** Events that wait for the other layer. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Whether Layer 4 is taken to be away. */
  get missingL4(): boolean {
    return this.l4Away;
  }

  /**
   * Takes a part of an event. Returns false when nothing is left to do with it: an L3 part of an event whose L4
   * part, which carries both, has come already. The caller acknowledges it then.
   */
  offer(entry: StreamEntry, event: DsmilEvent, now: number): boolean {
    if (event.l4) {
      this.lastL4 = now;
      this.l4Away = false;
    }
    const before = this.waiting.get(event.event_id);
    if (!before && !event.l4 && this.completed.has(event.event_id)) return false;
    const joined = merge(before, entry, event, now);
    this.held += joined.size - (before?.size ?? 0);
    this.waiting.delete(event.event_id);
    if (joined.complete) {
      this.completed.add(event.event_id);
      this.ready.push(joined);
    } else {
      this.waiting.set(event.event_id, joined);
    }
    return true;
  }

  /** Removes and returns events that are ready at `now`, complete ones first: at most `limit`, of 1 Mi characters. */
  take(limit: number, now: number): Joined[] {
    let count = 0;
    let size = 0;
    while (count < Math.min(limit, this.ready.length) && size < MAX_TAKEN) size += this.ready[count++]?.size ?? 0;
    const taken = this.ready.splice(0, count);
    for (const [id, joined] of this.waiting) {
      if (taken.length >= limit || size >= MAX_TAKEN) break;
      const waited = now - joined.since;
      if (waited >= this.windowMs && now - this.lastL4 >= this.windowMs) this.l4Away = true;
      if (waited < this.windowMs && !this.l4Away) break;
      this.waiting.delete(id);
      taken.push(joined);
      size += joined.size;
    }
    this.held -= size;
    return taken;
  }
}

function merge(before: Waiting | undefined, entry: StreamEntry, event: DsmilEvent, now: number): Waiting {
  const l3 = event.l3 ?? before?.event.l3;
  const l4 = event.l4 ?? before?.event.l4;
  // The classifier's copy is the later word on severity and category.
  const latest = event.l4 || !before ? event : before.event;
  return {
    event: { ...latest, ...(l3 && { l3 }), ...(l4 && { l4 }) },
    refs: [...(before?.refs ?? []), { key: entry.key, id: entry.id }],
    complete: l3 !== undefined && l4 !== undefined,
    redelivered: entry.deliveries > 1 || before?.redelivered === true,
    since: before?.since ?? now,
    size: Math.max(entry.event?.length ?? 0, before?.size ?? 0),
  };
}
