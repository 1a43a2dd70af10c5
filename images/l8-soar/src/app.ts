import type { DsmilEvent } from "../../runtime/event.ts";
import { decodeEvent, encodeEvent } from "../../runtime/event-codec.ts";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import type { TenantDecisions } from "../../runtime/policy/tenant-decisions.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { type Rejected, rejectEntry } from "../../runtime/reject-entry.ts";
import { rejectPoison } from "../../runtime/reject-poison.ts";
import { safeJson } from "../../runtime/safe-json.ts";
import type { StopGuard } from "../../runtime/stop/stop-guard.ts";
import { type ConsumerOptions, type Outcome, StreamConsumer } from "../../runtime/stream-consumer.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { SoarConfig } from "./config.ts";
import { proposalCounter } from "./proposal-counter.ts";
import type { ProposalStore } from "./proposal-store.ts";
import { type Judged, Proposer } from "./proposer.ts";
import { Recent, recentKey } from "./recent.ts";

/** Consumer group of SOC_EVENTS. */
const GROUP = "l8-soar";
/** SOC_EVENT → proposal (Phase 5 §6.1). */
const OBJECTIVE_MS = 200;
/** Events of one batch at most: each may cost several decisions, and the batch waits for all of them. */
const BATCH = 64;

export interface SoarParts {
  readonly service: TenantService;
  readonly config: SoarConfig;
  readonly decisions: TenantDecisions;
  readonly stop: StopGuard;
  readonly store: ProposalStore;
}

/**
 * SOAR orchestrator (device 58): SOC_EVENTS → proposals within the tenant's policy → table `proposals` and PROPOSALS.
 * It carries nothing out.
 */
export function createSoar({ service, config, decisions, stop, store }: SoarParts): void {
  const { streams, identity, windowMs } = config;
  const { tenant, device, layer } = identity;
  const { metrics, log } = service;
  const self: Refuser = { tenant, device, layer };
  const writer = new StreamWriter(service.writer);
  const latency = new LatencyWindow();
  const recent = new Recent(windowMs);
  const count = counter(service);
  const policyVersion = (): number | null => decisions.current()?.stamp.version ?? null;
  const ask = decisions.point.decide.bind(decisions.point);
  const proposer = new Proposer({ tenant, device, ask, policyVersion, recent });
  const remember = onceRemembered(store, recent, device, windowMs);

  async function isStopped(): Promise<boolean> {
    const frozen = await stop.why();
    // Events wait until the state is known.
    if (frozen === "emergency_state_unreadable") throw new Error("the emergency stop's state cannot be read");
    return frozen !== undefined;
  }

  /** In a stop events pass without a proposal, and none is made up for later. */
  async function judge(events: readonly DsmilEvent[]): Promise<readonly Judged[]> {
    const judged = (await isStopped()) ? undefined : await proposer.judge(events);
    const proposes = judged?.some(({ proposal }) => proposal) === true;
    // The stop may have come while the policy was asked.
    if (judged && !(proposes && (await isStopped()))) return judged;
    log.info({ audit: true, events: events.length }, "emergency stop: nothing is proposed");
    return [];
  }

  async function handle(entries: readonly StreamEntry[]): Promise<Outcome> {
    const begun = performance.now();
    await remember();
    const { events, again, rejects } = decoded(entries, self);
    const judged = await judge(events);
    const proposals = judged.flatMap(({ proposal }) => proposal ?? []);
    const fresh = await store.keep(proposals);
    // What an earlier delivery kept may not have been published.
    const published = proposals.filter(({ proposal_id, event_id }) => fresh.has(proposal_id) || again.has(event_id));
    await writer.append([
      ...rejects.map(({ event }) => ({ key: streams.rejects, event: encodeEvent(event) })),
      ...published.map((proposal) => ({ key: streams.proposals, event: safeJson(proposal) })),
    ]);
    for (const { candidate, result, asked, proposal, ...seen } of judged) {
      if (asked && result !== "duplicate") recent.note({ ...seen, key: recentKey(candidate), outcome: result });
      count(candidate.action, proposal && !fresh.has(proposal.proposal_id) ? "duplicate" : result);
    }
    for (const { reason } of rejects) metrics.rejected(reason);
    const elapsed = performance.now() - begun;
    latency.record(elapsed);
    metrics.processed("SOAR", entries.length, elapsed / 1000);
    return { done: entries.map(({ id }) => id), failed: [] };
  }

  service.health.add(latencyCheck(latency, OBJECTIVE_MS));
  const onPoison = rejectPoison(writer, streams.rejects, self, metrics);
  follow(service, { handle, onPoison });
}

function follow(service: TenantService, work: Pick<ConsumerOptions, "handle" | "onPoison">): void {
  const { identity, streams, batchSize, pollTimeoutMs } = service.config;
  const consumer = new StreamConsumer({
    reader: service.reader("soc_events"),
    writer: service.writer,
    key: streams.socEvents,
    group: GROUP,
    consumer: identity.service,
    batchSize: Math.min(batchSize, BATCH),
    pollTimeoutMs,
    log: service.log,
    ...work,
  });
  service.consume("soc_events", consumer);
}

/** What was proposed before a restart is remembered once, before anything is judged; where that fails, the next call tries again. */
function onceRemembered(store: ProposalStore, recent: Recent, device: number, windowMs: number): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    for (const one of await store.recent(device, windowMs)) {
      const { event_id: eventId, policy_version: version, at } = one;
      recent.note({ key: recentKey(one), outcome: "proposed", eventId, policyVersion: version }, at);
    }
    done = true;
  };
}

/** Events in their order, the ids of those that were delivered before, and what is none. */
function decoded(entries: readonly StreamEntry[], self: Refuser) {
  const events: DsmilEvent[] = [];
  const again = new Set<string>();
  const rejects: Rejected[] = [];
  for (const entry of entries) {
    const result = decodeEvent(entry.event, self.tenant);
    if (result.ok) {
      events.push(result.value);
      if (entry.deliveries > 1) again.add(result.value.event_id);
    } else rejects.push(rejectEntry(entry, result.reason, result.detail, self));
  }
  return { events, again, rejects };
}

function counter({ metrics, config }: TenantService): (action: string, result: Judged["result"]) => void {
  const { tenant: tenant_id, device } = config.identity;
  const proposals = proposalCounter(metrics.registry);
  return (action, result) => proposals.inc({ tenant_id, device_id: String(device), action, result });
}
