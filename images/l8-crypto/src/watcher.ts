import { type KeyFacts, readKeyFacts } from "../../runtime/fleet/fleet-files.ts";
import type { Trail, TrailRow } from "../../runtime/fleet/trail.ts";
import type { CheckResult, Health } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import type { CryptoMetrics } from "./crypto-metrics.ts";
import { Handshakes, meaningOf } from "./handshakes.ts";

export interface WatcherParts {
  readonly fleetDir: string;
  readonly peerKeysDir: string;
  readonly trail: Trail;
  readonly metrics: CryptoMetrics;
  readonly log: Log;
}

const DAY_S = 86_400;
/** Any `up` renews certificates in their last 30 days: later nobody ran one. */
const ENDS_SOON_DAYS = 14;
/** Node keys are made anew by hand; once a year is what docs/l8.md asks for. */
const OLD_KEY_DAYS = 365;

/** Looks at the fleet's certificates, node keys and handshakes, and says in /health what is wrong with them. */
export class Watcher {
  private readonly parts: WatcherParts;
  private readonly handshakes = new Handshakes();
  private facts: KeyFacts | undefined;
  private problem: { readonly files?: string; readonly trail?: string } = {
    files: "not read yet",
    trail: "not read yet",
  };

  constructor(parts: WatcherParts) {
    this.parts = parts;
  }

  /** Adds what this watches to the health report. */
  addTo(health: Health): void {
    const now = () => Date.now();
    health.add({ name: "files", weight: "first", read: () => said(this.problem.files, "read") });
    health.add({ name: "audit_trail", weight: "first", read: () => said(this.problem.trail, "read") });
    health.add({ name: "certificates", weight: "warning", read: () => this.certificates(now()) });
    health.add({ name: "node_keys", weight: "warning", read: () => this.nodeKeys(now()) });
    health.add({ name: "handshakes", weight: "warning", read: () => this.links(now()) });
    health.add({ name: "downgrades_last_hour", weight: "warning", read: () => this.downgrades(now()) });
  }

  /** Looks once; never throws. */
  async look(now = Date.now()): Promise<void> {
    const { fleetDir, peerKeysDir, metrics } = this.parts;
    try {
      this.facts = await readKeyFacts(fleetDir, peerKeysDir);
      metrics.facts(this.facts, now);
      this.note({ files: this.facts.problems[0] });
    } catch (error) {
      this.note({ files: (error as Error).message });
    }
    if (!this.facts) return;
    const { nodes } = this.facts.fleet;
    try {
      for await (const rows of this.parts.trail.next(nodes)) for (const row of rows) this.take(row);
      this.note({ trail: undefined });
    } catch (error) {
      this.note({ trail: (error as Error).message });
    }
    metrics.links(this.handshakes.ages(nodes, now));
  }

  private take(row: TrailRow): void {
    const { metrics, log } = this.parts;
    const { node, seq, ts, kind, reason, peer } = row;
    this.handshakes.take(row);
    const meaning = meaningOf(row);
    if (meaning) metrics.refused(meaning, node, reason ?? "");
    else if (kind === "dbe.session" || kind === "dbe.key") metrics.madeKeys(node);
    if (meaning !== "downgrade") return;
    log.warn({ audit: true, at: node, seq, ts, reason, peer }, "downgrade attempt");
  }

  private note(change: { readonly files?: string | undefined; readonly trail?: string | undefined }): void {
    for (const [what, problem] of Object.entries(change)) {
      const before = this.problem[what as "files" | "trail"];
      if (problem !== undefined && problem !== before)
        this.parts.log.warn({ reason: problem }, `${what}: not in order`);
    }
    this.problem = { ...this.problem, ...change } as Watcher["problem"];
  }

  private certificates(now: number): CheckResult {
    if (!this.facts) return { value: "unknown", ok: false };
    const soonest = [...this.facts.certificates]
      .map(([id, { validToDate }]) => ({ id, days: (validToDate.getTime() - now) / (DAY_S * 1000) }))
      .sort((a, b) => a.days - b.days)[0];
    if (!soonest) return { value: "none", ok: false };
    const { id, days } = soonest;
    const remedy = days < ENDS_SOON_DAYS ? "; renew with `dsmil up`" : "";
    const ends = days < 0 ? `${id} has ended` : `${id} ends in ${Math.floor(days)} days`;
    return { value: `${ends}${remedy}`, ok: days >= ENDS_SOON_DAYS };
  }

  private nodeKeys(now: number): CheckResult {
    if (!this.facts) return { value: "unknown", ok: false };
    const judged = [...this.facts.nodeKeys].map(([node, { issuedAt, notAfter }]) => {
      const days = (now - Date.parse(issuedAt)) / (DAY_S * 1000);
      const left = notAfter === undefined ? Infinity : (Date.parse(notAfter) - now) / (DAY_S * 1000);
      return { node, days, bad: days > OLD_KEY_DAYS || left < ENDS_SOON_DAYS };
    });
    const oldest = judged.sort((a, b) => Number(b.bad) - Number(a.bad) || b.days - a.days)[0];
    if (!oldest) return { value: "none", ok: false };
    return { value: `${oldest.node} is ${Math.max(0, Math.floor(oldest.days))} days old`, ok: !oldest.bad };
  }

  private links(now: number): CheckResult {
    if (!this.facts) return { value: "unknown", ok: false };
    const { nodes, rotationSeconds } = this.facts.fleet;
    const [stale] = this.handshakes.stale(nodes, rotationSeconds, now);
    if (!stale) return { value: "keys are made anew", ok: true };
    const [a, b] = stale.nodes;
    const age = stale.ageSeconds === undefined ? "no keys in 24 h" : `keys of ${Math.round(stale.ageSeconds)} s ago`;
    return { value: `${a} and ${b}: ${age}`, ok: false };
  }

  /** They were refused: a matter of the log and the metrics, and no fault of this service's. */
  private downgrades(now: number): CheckResult {
    return { value: this.handshakes.recentDowngrades(now), ok: true };
  }
}

function said(problem: string | undefined, good: string): CheckResult {
  return { value: problem ?? good, ok: problem === undefined };
}
