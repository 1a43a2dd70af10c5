import { isIP } from "node:net";
import { folded } from "../soc/enrichment.ts";
import { readCidr } from "./cidr.ts";
import { ownText } from "./own-text.ts";

/** What an indicator of a feed can be; `ip` may be a whole network. */
export type IntelType = "ip" | "domain" | "user" | "hash";

/** One indicator of a feed, in the form that events are compared with. */
export interface FeedIndicator {
  readonly feed: string;
  readonly type: IntelType;
  /** An address or `address/bits`; a name in lower case, `*.` before it where names below it count; a hash in hex. */
  readonly value: string;
  /** 0 to 100 */
  readonly confidence: number;
  /** ms since 1970; not before. */
  readonly from?: number;
  /** ms since 1970; not from then on. */
  readonly until?: number;
  /** What the feed calls it: labels, or where it has it from. */
  readonly labels: readonly string[];
}

/** Networks that are larger than this would match half of the world. */
const LEAST_BITS = { 4: 8, 6: 19 } as const;

const DOMAIN = /^(?:\*\.)?(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62})){0,126}$/;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const USER = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/** A value of a feed in the form that is compared, in memory of its own; a text that says what is wrong with it where it has no such form. */
export function normalised(
  type: string,
  value: string,
): { readonly type: IntelType; readonly value: string } | { readonly wrong: string } {
  const form = formOf(type, value);
  return "wrong" in form ? form : { type: form.type, value: ownText(form.value) };
}

function formOf(type: string, value: string): ReturnType<typeof normalised> {
  const text = folded(value.trim());
  switch (type) {
    case "ip":
    case "cidr":
      return network(text);
    case "domain": {
      const name = text.replace(/\.$/, "");
      return DOMAIN.test(name) ? { type: "domain", value: name } : { wrong: "no domain name" };
    }
    case "url":
      return host(value.trim());
    case "user":
      return USER.test(text) ? { type: "user", value: text } : { wrong: "no user name" };
    case "hash":
      return HASH.test(text) ? { type: "hash", value: text } : { wrong: "no MD5, SHA-1 or SHA-256 in hex" };
    default:
      return { wrong: `unknown type ${type.slice(0, 32)}` };
  }
}

function network(text: string): ReturnType<typeof normalised> {
  const cidr = readCidr(text);
  if (cidr === undefined) return { wrong: "no address or network" };
  const least = LEAST_BITS[cidr.family];
  return cidr.bits < least ? { wrong: `network of less than ${least} bits` } : { type: "ip", value: text };
}

/** Of a URL its host counts: lines of logs have no more of it. */
function host(value: string): ReturnType<typeof normalised> {
  const name = URL.parse(value)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  if (name === "") return { wrong: "no URL with a host" };
  return isIP(name) === 0 ? normalised("domain", name) : normalised("ip", name);
}
