import { hash } from "node:crypto";
import { folded } from "../../../runtime/soc/enrichment.ts";
import { Lru } from "../lru.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";

/** Pairs of a source and a parent domain that are followed at most, and names of each. */
const MOST_PAIRS = 4000;
const MOST_NAMES = 128;
const WINDOW_MS = 600_000;
/** Distinct names below one parent from one source in a window; mean length of what stands before the parent, characters; its mean entropy, bits a character. */
export const TUNNEL_FROM = { names: 40, length: 20, entropy: 3.3 } as const;

interface Pair {
  window: number;
  told: boolean;
  readonly names: Set<number>;
  length: number;
  entropy: number;
}

/**
 * Names that carry data: one source asks for at least 40 distinct names below one domain within 10 minutes, and what stands
 * before it is long and random.
 */
export class Tunnels {
  private readonly pairs = new Lru<string, Pair>(MOST_PAIRS);

  look({ id, category, at, fields }: Observed): readonly Signal[] {
    const { src_ip: source, domain } = fields;
    if (category !== "DNS" || typeof source !== "string" || typeof domain !== "string") return [];
    const split = splitName(folded(domain).replace(/\.$/, ""));
    if (!split) return [];
    const { left, parent } = split;
    const window = Math.floor(at / WINDOW_MS);
    const key = `${source}/${parent}`;
    const pair = this.pairs.take(key, () => empty(window));
    if (window < pair.window) return [];
    if (window > pair.window) Object.assign(pair, empty(window));
    // Names may be anything: 31 bits of a digest take no memory but their place, and the same ones twice are rare.
    const name = hash("md5", left, "buffer").readUInt32LE() >>> 1;
    if (pair.told || pair.names.size >= MOST_NAMES || pair.names.has(name)) return [];
    pair.names.add(name);
    pair.length += left.length;
    pair.entropy += entropyOf(left);
    const count = pair.names.size;
    const [length, entropy] = [pair.length / count, pair.entropy / count];
    const enough = count >= TUNNEL_FROM.names && length >= TUNNEL_FROM.length && entropy >= TUNNEL_FROM.entropy;
    if (!enough) return [];
    pair.told = true;
    pair.names.clear();
    return [
      {
        flag: "DNS_TUNNEL",
        severity: "HIGH",
        about: id,
        mark: `${key}/${window}`,
        detail: `${source} asked for ${count} names below ${parent} within ${WINDOW_MS / 60_000} minutes, ${length.toFixed(1)} characters with ${entropy.toFixed(2)} bits each on average`,
        facts: {
          names: count,
          mean_length: Math.round(length * 10) / 10,
          mean_entropy: Math.round(entropy * 100) / 100,
          window_seconds: WINDOW_MS / 1000,
        },
        fields: { src_ip: source, domain: parent },
      },
    ];
  }
}

const empty = (window: number): Pair => ({ window, told: false, names: new Set(), length: 0, entropy: 0 });

/**
 * What stands before the domain that somebody registered, which is taken for the last two labels, or three where the last
 * but one is short below a country (`co.uk`). Names that are looked up by address or in the local network have none.
 */
export function splitName(name: string): { readonly left: string; readonly parent: string } | undefined {
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  if (last === "arpa" || last === "local" || last === "") return undefined;
  const size = last.length === 2 && (labels.at(-2) ?? "").length <= 3 ? 3 : 2;
  if (labels.length <= size) return undefined;
  return { left: labels.slice(0, -size).join("."), parent: labels.slice(-size).join(".") };
}

/** Shannon's entropy of a text's characters, bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
