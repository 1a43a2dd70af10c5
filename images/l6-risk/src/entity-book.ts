import { type Entity, MEMORY_MS } from "../../runtime/models/features/entity-features.ts";
import type { Attributed } from "./trace-of.ts";

/** Most entities that are remembered, most traces of each, the latest ones, and most of all together (25 MB). */
export const MAX_ENTITIES = 5000;
export const MAX_TRACES = 200;
export const MAX_ALL_TRACES = 150_000;

type Remembered = Omit<Entity, "unusual"> & { readonly traces: Attributed["trace"][] };

/** What the entities of a tenant did within the last hour. Bounded: whoever was quiet for longest is forgotten. */
export class EntityBook {
  private readonly entities = new Map<string, Remembered>();
  private all = 0;

  add({ entity, inside, trace }: Attributed): void {
    const known = this.entities.get(entity) ?? { traces: [], inside };
    known.traces.push(trace);
    this.all += 1;
    if (known.traces.length > MAX_TRACES) {
      known.traces.shift();
      this.all -= 1;
    }
    // Last in the map is latest.
    this.entities.delete(entity);
    this.entities.set(entity, known);
    while (this.entities.size > MAX_ENTITIES || this.all > MAX_ALL_TRACES) {
      const [oldest] = this.entities.keys();
      if (oldest !== undefined) this.forget(oldest);
    }
  }

  get size(): number {
    return this.entities.size;
  }

  /** Traces of all entities. */
  get traces(): number {
    return this.all;
  }

  /** Those with a trace within the last hour; the others are forgotten. */
  current(now: number, unusual: number): { readonly name: string; readonly entity: Entity }[] {
    for (const [name, { traces }] of this.entities) {
      if (now - (traces.at(-1)?.at ?? 0) >= MEMORY_MS) this.forget(name);
    }
    return [...this.entities].map(([name, entity]) => ({ name, entity: { ...entity, unusual } }));
  }

  private forget(name: string): void {
    this.all -= this.entities.get(name)?.traces.length ?? 0;
    this.entities.delete(name);
  }
}
