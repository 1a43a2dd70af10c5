import { isIP } from "node:net";
import { nameUuid } from "../../runtime/name-uuid.ts";
import { COALITION_LIMITS, type SharedKind } from "../../runtime/soc/coalition.ts";

/** Markings of the Traffic Light Protocol, least strict first. */
export const MARKINGS = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED"] as const;
export type Marking = (typeof MARKINGS)[number];

/** What is told of an indicator: no event, no host, no user. */
export interface SharedSighting {
  readonly kind: SharedKind;
  readonly value: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly first: string;
  readonly last: string;
  /** 0 to 1 */
  readonly confidence: number;
}

/** STIX 2.1, section 7.2.1.4: its markings are those of TLP 1.0, whose white is clear today. */
const TLP: Readonly<Record<Marking, readonly [tlp: string, id: string]>> = {
  "TLP:CLEAR": ["white", "613f2e26-407d-48c7-9eca-b8e91df99dc9"],
  "TLP:GREEN": ["green", "34098fce-860f-48ae-8e50-ebd3cc5e41da"],
  "TLP:AMBER": ["amber", "f88d31f6-486f-44da-b317-01333bde0b82"],
  "TLP:RED": ["red", "5e57c739-391a-4eb3-b6be-7d15ca92d5ed"],
};
const HASHES: Readonly<Record<number, string>> = { 32: "MD5", 40: "SHA-1", 64: "SHA-256" };
/** Bytes of a bundle around its objects. */
const AROUND = 128;

/**
 * A STIX 2.1 bundle as text: the same sightings give the same bytes.
 * @param tenant upper-case id; ids depend on it, none shows it
 * @param sightings in the order in which they are left out from the end, where there is no room for all
 * @returns how many of them it holds
 */
export function stixBundle(
  tenant: string,
  marking: Marking,
  sightings: readonly SharedSighting[],
): { readonly text: string; readonly held: number } {
  const [tlp, id] = TLP[marking];
  const definition = {
    ...{ type: "marking-definition", spec_version: "2.1", id: `marking-definition--${id}` },
    ...{ created: "2017-01-20T00:00:00.000Z", definition_type: "tlp", name: `TLP:${tlp.toUpperCase()}` },
    definition: { tlp },
  };
  const objects = [JSON.stringify(definition)];
  let bytes = AROUND + Buffer.byteLength(objects[0] as string);
  for (const sighting of sightings.slice(0, COALITION_LIMITS.indicators)) {
    const object = JSON.stringify(indicator(tenant, sighting, definition.id));
    bytes += Buffer.byteLength(object) + 1;
    if (bytes > COALITION_LIMITS.bundleBytes) break;
    objects.push(object);
  }
  const all = objects.join(",");
  const text = `{"type":"bundle","id":"bundle--${nameUuid(`coalition/${tenant}/${all}`)}","objects":[${all}]}`;
  return { text, held: objects.length - 1 };
}

function indicator(tenant: string, { kind, value, first, last, confidence }: SharedSighting, marking: string) {
  const pattern = patternOf(kind, value);
  // An object of STIX never changes when it was created: a sighting that begins at another time is another one.
  const id = nameUuid(`coalition/${tenant}/${pattern}/${first}`);
  return {
    ...{ type: "indicator", spec_version: "2.1", id: `indicator--${id}`, created: first, modified: last },
    ...{ pattern, pattern_type: "stix", valid_from: first, confidence: Math.round(100 * confidence) },
    object_marking_refs: [marking],
  };
}

/** Values have been checked: none has a quotation mark. */
function patternOf(kind: SharedKind, value: string): string {
  if (kind === "ip") return `[ipv${isIP(value)}-addr:value = '${value}']`;
  if (kind === "domain") return `[domain-name:value = '${value}']`;
  return `[file:hashes.'${HASHES[value.length]}' = '${value}']`;
}
