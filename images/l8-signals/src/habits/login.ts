import { prefix, readAddress } from "../../../runtime/intel/cidr.ts";
import { ownText } from "../../../runtime/intel/own-text.ts";
import type { Observed } from "../observed.ts";

/** What a line about a login says. */
export interface Login {
  readonly eventId: string;
  /** ms since 1970 */
  readonly at: number;
  readonly user: string;
  readonly success: boolean;
  /** The network it came from: /24 of IPv4, /48 of IPv6. */
  readonly source: string;
  /** Where to; "" where the line does not say. */
  readonly host: string;
  /** How often, where a line says that it repeats. */
  readonly times: number;
}

const FAILED: ReadonlySet<unknown> = new Set(["failed", "repeated"]);
const MOST_TIMES = 1000;

/** The login that an event tells of; undefined where it tells of none, or not from where. */
export function loginOf({ id, category, at, fields }: Observed): Login | undefined {
  const { ssh_fact: fact, user, src_ip, host, times } = fields;
  if (category !== "AUTH" || typeof user !== "string" || user === "" || user.length > 64) return undefined;
  const success = fact === "accepted";
  if (!success && !FAILED.has(fact)) return undefined;
  const source = typeof src_ip === "string" ? networkOf(src_ip) : undefined;
  if (source === undefined) return undefined;
  const repeated = typeof times === "number" ? Math.min(times, MOST_TIMES) : 1;
  const to = typeof host === "string" ? ownText(host.slice(0, 128)).toLowerCase() : "";
  return { eventId: id, at, user, success, source, host: to, times: repeated };
}

function networkOf(text: string): string | undefined {
  const address = readAddress(text);
  if (!address) return undefined;
  if (address.family === 6) return `${prefix(address, 48).toString(16)}::/48`;
  const bits = Number(prefix(address, 24));
  return `${bits >>> 16}.${(bits >>> 8) & 255}.${bits & 255}.0/24`;
}
