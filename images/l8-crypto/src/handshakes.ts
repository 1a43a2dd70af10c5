import type { TrailRow } from "../../runtime/fleet/trail.ts";

/** Refusals that mean: somebody wanted weaker keys or an older protocol. */
const DOWNGRADES: ReadonlySet<string> = new Set(["DOWNGRADE", "UNSUPPORTED_VERSION", "TRANSCRIPT_MISMATCH"]);
/** Refusals of those who could not prove who they are. */
const STRANGERS: ReadonlySet<string> = new Set([
  "UNKNOWN_PEER",
  "REVOKED_PEER",
  "BAD_CERTIFICATE",
  "BAD_SIGNATURE",
  "HANDSHAKE_TIMEOUT",
  "BAD_TAG",
  "REPLAY",
]);

/** What a refusal of the trail means to a watcher of handshakes. */
export function meaningOf({ kind, reason }: TrailRow): "downgrade" | "stranger" | undefined {
  if (kind !== "dbe.refused" || reason === null) return undefined;
  if (DOWNGRADES.has(reason)) return "downgrade";
  return STRANGERS.has(reason) ? "stranger" : undefined;
}

/** A pair of nodes whose keys are older than they may be. */
export interface StaleLink {
  readonly nodes: readonly [string, string];
  /** undefined: none were made since 24 hours before this service started. */
  readonly ageSeconds: number | undefined;
}

/** Keys may be this many rotations old: a rotation waits for messages under way, and a node may be down a while. */
const ROTATIONS = 3;
/** Attempts count as of now for so long, ms. */
const RECENT_MS = 3_600_000;

/** What is known of handshakes in the fleet. */
export class Handshakes {
  private readonly keyed = new Map<string, number>();
  private readonly attempts: number[] = [];

  take(row: TrailRow): void {
    const { kind, node, peer, ts } = row;
    if ((kind === "dbe.session" || kind === "dbe.key") && peer !== null) {
      const link = nameOf(node, peer);
      this.keyed.set(link, Math.max(this.keyed.get(link) ?? 0, ts.getTime()));
    }
    if (meaningOf(row) !== "downgrade") return;
    this.attempts.push(ts.getTime());
    if (this.attempts.length > 10_000) this.attempts.shift();
  }

  /** Age of the keys between each two nodes, seconds. */
  ages(nodes: readonly string[], now: number): readonly StaleLink[] {
    return pairs(nodes).map((pair) => {
      const at = this.keyed.get(nameOf(...pair));
      return { nodes: pair, ageSeconds: at === undefined ? undefined : Math.max(0, (now - at) / 1000) };
    });
  }

  /** Links whose keys should have been made anew. */
  stale(nodes: readonly string[], rotationSeconds: number, now: number): readonly StaleLink[] {
    return this.ages(nodes, now).filter(({ ageSeconds }) => (ageSeconds ?? Infinity) > ROTATIONS * rotationSeconds);
  }

  /** Downgrade attempts of the last hour. */
  recentDowngrades(now: number): number {
    return this.attempts.filter((at) => at > now - RECENT_MS).length;
  }
}

function pairs(nodes: readonly string[]): (readonly [string, string])[] {
  const sorted = [...nodes].sort();
  return sorted.flatMap((a, index) => sorted.slice(index + 1).map((b) => [a, b] as const));
}

const nameOf = (a: string, b: string): string => [a, b].sort().join(" ");
