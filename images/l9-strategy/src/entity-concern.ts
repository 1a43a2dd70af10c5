import { graver } from "../../runtime/severity.ts";
import { folded, type Indicator } from "../../runtime/soc/enrichment.ts";
import type { Sighting } from "../../runtime/soc/sighting.ts";
import { type Suspect, weightOf } from "./concerns.ts";
import type { RiskyEntity } from "./outlook.ts";
import type { Period } from "./period.ts";

/** An entity's events of the period, and what they amount to. */
export interface EntityConcern {
  readonly suspect: Suspect;
  readonly subject: Indicator;
  readonly evidence: readonly string[];
}

/** What the archive knows an entity by: `ip:203.0.113.7`, `user:ada@web-1`. */
export function indicatorOfEntity(entity: string): Indicator | undefined {
  const [, type, value = ""] = /^(ip|user):(.{1,256})$/s.exec(entity) ?? [];
  if (type === "ip") return { type, value: folded(value) };
  const name = value.slice(0, Math.max(0, value.lastIndexOf("@")));
  return type === "user" && name !== "" ? { type, value: folded(name) } : undefined;
}

/** Only what the archive has seen within the period is a concern: a warning alone is no evidence. */
export function entityConcern(
  { entity, probability }: RiskyEntity,
  subject: Indicator,
  { events }: Pick<Sighting, "events">,
  { from, to }: Period,
): EntityConcern | undefined {
  const within = events.filter(({ ts }) => Date.parse(ts) >= from && Date.parse(ts) < to);
  if (within.length === 0) return undefined;
  const severity = within.map((event) => event.severity).reduce(graver);
  const count = within.length;
  const weight = weightOf({ severity, confidence: probability, count, growth: null });
  const suspect = { key: `entity:${entity}`, kind: "entity", name: entity, weight, count, before: null } as const;
  const evidence = within.map(({ event_id }) => event_id).slice(0, 10);
  return { suspect: { ...suspect, severity, confidence: probability }, subject, evidence };
}
