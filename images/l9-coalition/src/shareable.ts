import { folded } from "../../runtime/soc/enrichment.ts";
import { isOutside } from "../../runtime/soc/outside.ts";

const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+[a-z][a-z0-9-]{1,62}$/;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const MAPPED = /^::ffff:(?=\d+\.)/;
/** Names that mean something within a network alone (RFC 2606, 6761, 6762, 8375). */
const LOCAL = ["local", "localhost", "internal", "intranet", "lan", "corp", "home", "test", "invalid", "arpa"];

/**
 * The address at an event's end that may leave the tenant, as it is told; undefined where there is none. Where both ends
 * are outside, one may be the tenant's own, and which is not known: neither leaves.
 */
export function sharedAddress(source: string | null, target: string | null): string | undefined {
  const outside = [...new Set([source, target].flatMap((end) => (end === null ? [] : [folded(end)])))].filter(
    isOutside,
  );
  const [address] = outside;
  if (address === undefined || outside.length > 1 || address.includes("%")) return undefined;
  return address.replace(MAPPED, "");
}

/** A name as it is told; undefined for one that is local or below the fleet's domain, or no name. @param domain the fleet's */
export function sharedDomain(name: string, domain: string): string | undefined {
  const value = folded(name).replace(/\.$/, "");
  const own = [...LOCAL, folded(domain)].some((one) => value === one || value.endsWith(`.${one}`));
  return DOMAIN.test(value) && !own ? value : undefined;
}

/** A file's MD5, SHA-1 or SHA-256 as it is told; undefined for anything else. */
export function sharedHash(hash: string): string | undefined {
  const value = folded(hash);
  return HASH.test(value) ? value : undefined;
}
