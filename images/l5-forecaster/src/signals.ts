import type { DsmilEvent } from "../../runtime/event.ts";
import { BIN_MS, type Series } from "../../runtime/models/features/series-features.ts";
import { SEVERITIES } from "../../runtime/severity.ts";
import { History } from "./history.ts";

interface Signal {
  readonly name: string;
  readonly device: number;
  readonly counts: (event: DsmilEvent) => boolean;
}

/** What is forecast, each by a device of its own. */
const SIGNALS: readonly Signal[] = [
  { name: "events", device: 33, counts: () => true },
  { name: "threats", device: 34, counts: ({ l4 }) => l4 !== undefined && l4.class !== "BENIGN" },
  { name: "grave", device: 35, counts: ({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf("HIGH") },
];

/** A signal whose past is long enough. */
export interface Ready {
  readonly name: string;
  readonly device: number;
  readonly series: Series;
}

/** The pasts of all signals of a tenant. */
export class Signals {
  private readonly histories = SIGNALS.map((signal) => ({ signal, history: new History(Date.now()) }));
  /** Bin of the oldest entry: the past is known from there on. */
  private oldest = Number.POSITIVE_INFINITY;

  /** Counts an event by when it passed Layer 4: what sources write about their time may be anything. */
  add(event: DsmilEvent, at: number, now: number): void {
    this.oldest = Math.min(this.oldest, Math.floor(at / BIN_MS));
    for (const { signal, history } of this.histories) if (signal.counts(event)) history.add(at, now);
  }

  series(now: number): Ready[] {
    if (!Number.isFinite(this.oldest)) return [];
    return this.histories.flatMap(({ signal, history }) => {
      // The oldest bin may be cut: it is known from the next one on.
      const series = history.series(now, this.oldest + 1);
      return series ? [{ name: signal.name, device: signal.device, series }] : [];
    });
  }
}
