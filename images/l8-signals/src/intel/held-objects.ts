import type { FeedIndicator } from "../../../runtime/intel/indicator.ts";
import { type Load, LoadCount, loadOf } from "../../../runtime/intel/load.ts";

interface Held {
  /** RFC 3339, UTC; empty where the object does not say. */
  readonly version: string;
  readonly indicators: readonly FeedIndicator[];
  readonly load: Load;
}

/** Objects of a collection that are in force or will be, by their ids, within the room that there is for them. */
export class HeldObjects {
  private readonly objects: Map<string, Held>;
  private readonly count: LoadCount;

  private constructor(objects: Map<string, Held>, count: LoadCount) {
    this.objects = objects;
    this.count = count;
  }

  static none(room: Load): HeldObjects {
    return new HeldObjects(new Map(), new LoadCount(room));
  }

  get load(): Load {
    return this.count.load;
  }

  /** A copy without what has ended. */
  copy(room: Load, now: number): HeldObjects {
    const copy = new HeldObjects(new Map(this.objects), new LoadCount(room, this.load));
    for (const [id, { indicators }] of this.objects) if (haveEnded(indicators, now)) copy.drop(id);
    return copy;
  }

  /** Whether a later version of the object is held. */
  hasLater(id: string, version: string): boolean {
    return (this.objects.get(id)?.version ?? "") > version;
  }

  /** @throws Error where there is no room for it */
  put(id: string, version: string, indicators: readonly FeedIndicator[], now: number): void {
    this.drop(id);
    if (haveEnded(indicators, now)) return;
    const loads = indicators.map(loadOf);
    const characters = loads.reduce((sum, one) => sum + one.characters, id.length);
    const load = { indicators: indicators.length, characters };
    this.count.add(load);
    this.objects.set(id, { version, indicators, load });
  }

  drop(id: string): void {
    const held = this.objects.get(id);
    if (held) this.count.remove(held.load);
    this.objects.delete(id);
  }

  *indicators(): Iterable<FeedIndicator> {
    for (const { indicators } of this.objects.values()) yield* indicators;
  }
}

/** Also where there are none. */
function haveEnded(indicators: readonly FeedIndicator[], now: number): boolean {
  return indicators.every(({ until }) => until !== undefined && until <= now);
}
