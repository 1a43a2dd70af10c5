import type { Refuser } from "../../runtime/reject.ts";
import { rejectPoison } from "../../runtime/reject-poison.ts";
import { StreamConsumer } from "../../runtime/stream-consumer.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Archive } from "./archive.ts";
import { archiveRejects } from "./archive-rejects.ts";
import type { AnalyticsConfig } from "./config.ts";
import type { HotPathSlot } from "./hotpath/hotpath-slot.ts";
import { keepHouse } from "./housekeeping.ts";
import { JoinBuffer } from "./join-buffer.ts";
import { Pipeline } from "./pipeline.ts";
import type { ShrinkPoller } from "./shrink-poller.ts";
import { SocCounter } from "./soc-counter.ts";
import { takeParts } from "./take-parts.ts";

export interface AnalyticsParts {
  readonly service: TenantService;
  readonly config: AnalyticsConfig;
  readonly archive: Archive;
  readonly hotPath: HotPathSlot;
  readonly shrink: ShrinkPoller;
}

/** Consumer group of L3_OUT, L4_OUT and REJECTS. */
const GROUP = "l8-analytics";
/** Entries of one stream un-acknowledged at most. */
const MAX_IN_FLIGHT = 4000;
/** Characters of events held in the join buffer at most. */
const MAX_HELD = 4 * 1024 * 1024;

/** SOC router (device 52): joins L3_OUT and L4_OUT, escalates, archives, publishes SOC_EVENTS, archives REJECTS. */
export function createAnalytics({ service, config, archive, hotPath, shrink }: AnalyticsParts): void {
  const { streams, identity, batchSize, pollTimeoutMs } = config;
  const { metrics, log } = service;
  const self: Refuser = { tenant: identity.tenant, device: identity.device, layer: identity.layer };
  const writer = new StreamWriter(service.writer);
  const join = new JoinBuffer(config.joinWindowMs);
  const onPoison = rejectPoison(writer, streams.rejects, self, metrics);
  const common = { writer: service.writer, group: GROUP, consumer: identity.service, batchSize, pollTimeoutMs };
  const part = (name: string, key: string, held: number): StreamConsumer => {
    const handle = takeParts({ join, writer, rejects: streams.rejects, self, metrics });
    const hasRoom = (): boolean => join.heldSize < held && join.readyCount < 2 * batchSize;
    const limits = { maxInFlight: MAX_IN_FLIGHT, hasRoom };
    return new StreamConsumer({ ...common, ...limits, reader: service.reader(name), key, handle, onPoison, log });
  };
  const l3 = part("l3_out", streams.l3Out, MAX_HELD);
  // Layer 4's results empty the buffer: they are read even when Layer 3's have filled it.
  const l4 = part("l4_out", streams.l4Out, 1.5 * MAX_HELD);
  const rejects = new StreamConsumer({
    ...common,
    reader: service.reader("rejects"),
    key: streams.rejects,
    handle: archiveRejects(archive, self, log),
    onPoison,
    log,
  });
  const consumers = new Map([l3, l4].map((consumer) => [consumer.key, consumer]));
  const pipeline = new Pipeline({
    join,
    archive,
    hotPath,
    writer,
    socEvents: streams.socEvents,
    rejects: streams.rejects,
    batchSize,
    shrink: () => shrink.current,
    ack: (refs) => acknowledge(refs, consumers),
    self,
    metrics,
    counter: new SocCounter(metrics, self.tenant, self.device),
    log,
  });
  service.consume("l3_out", l3);
  service.consume("l4_out", l4);
  service.consume("rejects", rejects);
  service.loop(pipeline.run(service.signal));
  service.loop(shrink.run(service.signal, (m) => hotPath.use((db) => db.putShrink(m))));
  service.loop(keepHouse({ service, archive, hotPath, pipeline, join, shrink }));
  addChecks({ service, config, archive, hotPath, shrink }, join);
}

function addChecks({ service, archive, hotPath, shrink }: AnalyticsParts, join: JoinBuffer): void {
  const { health } = service;
  health.add({
    name: "postgres",
    weight: "first",
    read: () => ({ value: archive.trouble ?? "connected", ok: archive.trouble === undefined }),
  });
  health.add({
    name: "hotpath",
    weight: "warning",
    read: () => ({ value: hotPath.trouble ?? "open", ok: hotPath.trouble === undefined }),
  });
  health.add({ name: "shrink", weight: "warning", read: () => shrink.check() });
  health.add({
    name: "layer4",
    weight: "warning",
    read: () => ({ value: join.missingL4 ? "silent" : "heard", ok: !join.missingL4 }),
  });
  health.add({ name: "join_waiting", weight: "warning", read: () => ({ value: join.waitingCount, ok: true }) });
}
