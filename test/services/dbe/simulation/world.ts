interface Event {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** Turns of the microtask queue after each event; the longest chain of promises in a link is shorter. */
const TURNS = 12;

/** Virtual time: events in order of their time, then of their making. Nothing waits for real time. */
export class World {
  /** Milliseconds since the beginning. */
  now = 0;
  /** Work of the handshake that goes on outside (signatures on other threads); time stands still until it is done. */
  outside = 0;
  readonly #heap: Event[] = [];
  #made = 0;

  /** Runs `action` in `ms` milliseconds; the function returned cancels it. */
  after(ms: number, action: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, ms), order: this.#made++, action };
    this.#push(event);
    return () => {
      event.action = undefined;
    };
  }

  /** Runs all events up to `until`, or as long as `go` says. */
  async run(until: number, go: () => boolean = () => true): Promise<void> {
    for (let next = this.#heap[0]; next && next.at <= until && go(); next = this.#heap[0]) {
      this.#pop();
      if (!next.action) continue;
      this.now = next.at;
      next.action();
      for (let turn = 0; turn < TURNS; turn++) await undefined;
      while (this.outside > 0) await new Promise(setImmediate);
    }
    if (go()) this.now = Math.max(this.now, until);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!before(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
