import { type Entity, MEMORY_MS } from "../../runtime/models/features/entity-features.ts";
import type { Attributed } from "./trace-of.ts";

/** Most entities that are remembered, and most traces of each: the latest ones. */
export const MAX_ENTITIES = 5000;
export const MAX_TRACES = 200;

type Remembered = Omit<Entity, "unusual"> & { readonly traces: Attributed["trace"][] };

/** What the entities of a tenant did within the last hour. Bounded: whoever was quiet for longest is forgotten. */
export class EntityBook {
  private readonly entities = new Map<string, Remembered>();

  add({ entity, inside, trace }: Attributed): void {
    const known = this.entities.get(entity) ?? { traces: [], inside };
    known.traces.push(trace);
    if (known.traces.length > MAX_TRACES) known.traces.shift();
    // Last in the map is latest.
    this.entities.delete(entity);
    this.entities.set(entity, known);
    if (this.entities.size > MAX_ENTITIES) {
      const [oldest] = this.entities.keys();
      if (oldest !== undefined) this.entities.delete(oldest);
    }
  }

  get size(): number {
    return this.entities.size;
  }

  /** Those with a trace within the last hour; the others are forgotten. */
  current(now: number, unusual: number): { readonly name: string; readonly entity: Entity }[] {
    for (const [name, { traces }] of this.entities) {
      if (now - (traces.at(-1)?.at ?? 0) >= MEMORY_MS) this.entities.delete(name);
    }
    return [...this.entities].map(([name, entity]) => ({ name, entity: { ...entity, unusual } }));
  }
}
