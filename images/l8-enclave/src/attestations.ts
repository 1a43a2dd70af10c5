import type { TrailRow } from "../../runtime/fleet/trail.ts";

/** What the trail says of one node's identity. */
export type Sign = "proved" | "unproved" | "revoked_seen";

/** Refusals of what a node's key or TPM should have shown. */
const UNPROVED: ReadonlySet<string> = new Set(["BAD_SIGNATURE", "BAD_CERTIFICATE"]);
const RECENT_MS = 3_600_000;
const MOST = 10_000;

/** What a row says of `peer`, where it is one of these nodes. */
export function signOf({ kind, reason, peer }: TrailRow, nodes: readonly string[]): Sign | undefined {
  if (peer === null || !nodes.includes(peer)) return undefined;
  if (kind === "dbe.session" || kind === "dbe.key") return "proved";
  if (kind !== "dbe.refused" || reason === null) return undefined;
  if (UNPROVED.has(reason)) return "unproved";
  return reason === "REVOKED_PEER" ? "revoked_seen" : undefined;
}

/**
 * When each node proved who it is. Gateways make no keys with a node whose certificate names a TPM without a good quote of
 * it, so of such a node each new key is a good quote.
 */
export class Attestations {
  private readonly proved = new Map<string, number>();
  private readonly bad: { readonly node: string; readonly sign: Sign; readonly at: number }[] = [];

  take(row: TrailRow, nodes: readonly string[]): Sign | undefined {
    const sign = signOf(row, nodes);
    const node = row.peer;
    if (sign === undefined || node === null) return undefined;
    const at = row.ts.getTime();
    if (sign === "proved") this.proved.set(node, Math.max(this.proved.get(node) ?? 0, at));
    else this.bad.push({ node, sign, at });
    if (this.bad.length > MOST) this.bad.shift();
    return sign;
  }

  /** Seconds since the node last proved itself to another; undefined: not since 24 hours before the start. */
  ageOf(node: string, now: number): number | undefined {
    const at = this.proved.get(node);
    return at === undefined ? undefined : Math.max(0, (now - at) / 1000);
  }

  /** Nodes of which there was such a sign within the last hour. */
  recent(sign: Sign, now: number): readonly string[] {
    const found = this.bad.filter((one) => one.sign === sign && one.at > now - RECENT_MS);
    return [...new Set(found.map(({ node }) => node))].sort();
  }
}
