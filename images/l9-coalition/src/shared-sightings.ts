import type { SharedKind } from "../../runtime/soc/coalition.ts";
import type { Finding } from "./coalition-archive.ts";
import { sharedAddress, sharedDomain, sharedHash } from "./shareable.ts";
import type { SharedSighting } from "./stix-bundle.ts";

/** What of a tenant's findings a partner may be told. */
export interface Shared {
  /** Each indicator once, last seen first. */
  readonly sightings: readonly SharedSighting[];
  /** Facts that may not leave the tenant, of how many findings. */
  readonly withheld: number;
}

/**
 * @param findings with the facts of the kinds that are shared
 * @param domain the fleet's
 */
export function sharedSightings(findings: readonly Finding[], domain: string): Shared {
  const found = new Map<string, SharedSighting>();
  let withheld = 0;
  for (const finding of findings) {
    for (const [kind, value] of factsOf(finding, domain)) {
      if (value === undefined) withheld += 1;
      else found.set(`${kind} ${value}`, merged({ kind, value, ...spanOf(finding) }, found.get(`${kind} ${value}`)));
    }
  }
  return { sightings: [...found.values()].sort(newest), withheld };
}

const spanOf = ({ first, last, confidence }: Finding) => ({ first, last, confidence });

function factsOf(finding: Finding, domain: string): readonly (readonly [SharedKind, string | undefined])[] {
  const { src_ip, dest_ip, domain: name, sha256, sha1, md5 } = finding;
  const hashes = [sha256, sha1, md5].filter((hash) => hash !== null);
  return [
    ...(src_ip === null && dest_ip === null ? [] : [["ip", sharedAddress(src_ip, dest_ip)] as const]),
    ...(name === null ? [] : [["domain", sharedDomain(name, domain)] as const]),
    ...hashes.map((hash) => ["hash", sharedHash(hash)] as const),
  ];
}

function merged(one: SharedSighting, other: SharedSighting | undefined): SharedSighting {
  if (!other) return one;
  return {
    ...one,
    first: one.first < other.first ? one.first : other.first,
    last: one.last > other.last ? one.last : other.last,
    confidence: Math.max(one.confidence, other.confidence),
  };
}

/** Last seen first; those of one moment in a fixed order. */
function newest(one: SharedSighting, other: SharedSighting): number {
  const key = ({ kind, value }: SharedSighting): string => `${kind} ${value}`;
  if (one.last !== other.last) return one.last > other.last ? -1 : 1;
  return key(one) < key(other) ? -1 : 1;
}
