import type { FleetConfig } from "../../runtime/fleet/fleet-config.ts";
import { type KeyFacts, readKeyFacts } from "../../runtime/fleet/fleet-files.ts";
import type { FleetWatcher } from "../../runtime/fleet/fleet-service.ts";
import type { Trail } from "../../runtime/fleet/trail.ts";
import type { Health } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { Attestations } from "./attestations.ts";
import type { EnclaveMetrics } from "./enclave-metrics.ts";
import { modesCheck, proofsCheck, sealsCheck, signerProblems, signersCheck } from "./findings.ts";
import { modeProblems } from "./folders.ts";
import { type Keeping, type KeptKey, keptKey, readKeeping } from "./keeping.ts";
import { SealBook } from "./seal-book.ts";
import { readSigners, type Signer } from "./signers.ts";

export interface EnclaveWatcherParts {
  readonly config: Pick<FleetConfig, "fleetDir" | "peerKeysDir" | "tenantsDir">;
  readonly trail: Trail;
  readonly metrics: EnclaveMetrics;
  readonly log: Log;
}

/** Lines of one look that name what is wrong. */
const MOST_LINES = 100;

/** What was seen at the last look. */
export interface Seen {
  readonly facts: KeyFacts;
  readonly keeping: Keeping;
  readonly keys: readonly KeptKey[];
  readonly signers: readonly Signer[];
  readonly modes: readonly string[];
}

/** Watches how the fleet's keys are kept, and says in /health what is wrong with it. */
export class EnclaveWatcher implements FleetWatcher {
  private readonly parts: EnclaveWatcherParts;
  private readonly book = new SealBook();
  private readonly attestations = new Attestations();
  private seen: Seen | undefined;
  private readonly named = new Set<string>();
  private files = "not read yet";
  private trail = "not read yet";

  constructor(parts: EnclaveWatcherParts) {
    this.parts = parts;
  }

  addTo(health: Health): void {
    const add = (name: string, read: () => { value: string; ok: boolean }, weight: "first" | "warning" = "warning") =>
      health.add({ name, weight, read });
    const unread = { value: "unknown", ok: false };
    add("files", () => ({ value: this.files || "read", ok: this.files === "" }), "first");
    add("audit_trail", () => ({ value: this.trail || "read", ok: this.trail === "" }), "first");
    add("seals", () => (this.seen ? sealsCheck(this.seen.keys, this.book.findings) : unread));
    add("proofs", () => (this.seen ? proofsCheck(this.seen, this.attestations, Date.now()) : unread));
    add("signers", () => (this.seen ? signersCheck(this.seen.signers, Date.now()) : unread));
    add("modes", () => (this.seen ? modesCheck(this.seen.modes) : unread));
  }

  /** Looks once; never throws. */
  async look(now = Date.now()): Promise<void> {
    const { log } = this.parts;
    try {
      this.seen = await this.read();
      this.tell(this.seen, now);
      const [problem = ""] = this.seen.facts.problems;
      if (problem !== this.files && problem !== "") log.warn({ reason: problem }, "files: not in order");
      this.files = problem;
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.files) log.warn({ reason: problem }, "files: not in order");
      this.files = problem;
    }
    if (this.seen) await this.follow(this.seen, now);
  }

  private async read(): Promise<Seen> {
    const { fleetDir, peerKeysDir, tenantsDir } = this.parts.config;
    const facts = await readKeyFacts(fleetDir, peerKeysDir);
    const keeping = await readKeeping(fleetDir);
    const keys = [...facts.nodeKeys].map(([node, certificate]) => keptKey(node, keeping.seals.get(node), certificate));
    const folders = [
      { path: fleetDir, secrets: ["postgres_password"] },
      { path: peerKeysDir, secrets: [] },
      { path: tenantsDir, secrets: [] },
    ];
    const [signers, modes] = await Promise.all([
      readSigners(fleetDir, tenantsDir, facts.fleet.root),
      modeProblems(folders),
    ]);
    return { facts, keeping, keys, signers, modes };
  }

  private tell({ keys, signers, modes }: Seen, now: number): void {
    const { metrics, log } = this.parts;
    metrics.keys(keys);
    metrics.signers(signers, now);
    metrics.modeProblems(modes.length);
    this.name([...signerProblems(signers, now), ...modes]);
    for (const { node, before, now: seal, worse } of this.book.take(keys, now)) {
      metrics.changed(node, worse);
      const severity = worse ? "CRITICAL" : "INFO";
      log[worse ? "error" : "info"]({ audit: true, at: node, before, seal, severity }, "node key is kept otherwise");
    }
  }

  /** Logs each problem when it comes: /health, which tenants get, only counts them. */
  private name(problems: readonly string[]): void {
    const fresh = problems.filter((problem) => !this.named.has(problem));
    for (const reason of fresh.slice(0, MOST_LINES)) this.parts.log.warn({ reason }, "signers or modes: not in order");
    this.named.clear();
    for (const problem of problems) this.named.add(problem);
  }

  private async follow({ facts: { fleet } }: Seen, now: number): Promise<void> {
    const { metrics, trail, log } = this.parts;
    const { nodes } = fleet;
    try {
      for await (const rows of trail.next(nodes)) {
        for (const row of rows) {
          const sign = this.attestations.take(row, nodes);
          if (sign === undefined || sign === "proved" || row.peer === null) continue;
          metrics.sign(row.peer, sign);
          const { node: by, seq, ts, reason, detail } = row;
          log.warn({ audit: true, at: row.peer, by, seq, ts, reason, detail }, "identity of a node not proved");
        }
      }
      this.trail = "";
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.trail) log.warn({ reason: problem }, "trail: not in order");
      this.trail = problem;
    }
    metrics.proofs(nodes.map((node) => [node, this.attestations.ageOf(node, now)]));
  }
}
