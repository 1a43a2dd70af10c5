import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Reason } from "../../runtime/dbe/codec/constants.ts";
import { typeName } from "../../runtime/dbe/codec/names.ts";

/** Which way a message went past this gateway. */
export type Direction = "local_in" | "local_out" | "link_in" | "link_out";

/** What is read when metrics are asked for. */
export interface GatewayGauges {
  /** Age of each peer's session, seconds. */
  readonly sessionAges: () => ReadonlyMap<string, number>;
  /** Audit rows that wait on disk. */
  readonly spool: () => number;
}

/** The bus's own metrics. Labels are bounded: peers from gateway.json, types and reasons from closed lists. */
export class GatewayMetrics {
  private readonly handshakes: Counter<"peer" | "result">;
  private readonly messages: Counter<"type" | "direction">;
  private readonly rejections: Counter<"reason">;
  private readonly latency: Histogram<"hop">;
  private readonly byReason = new Map<string, number>();

  constructor(registry: Registry, gauges: GatewayGauges) {
    const registers = [registry];
    this.handshakes = new Counter({
      name: "dsmil_dbe_handshakes_total",
      help: "DBE handshakes by peer and result",
      labelNames: ["peer", "result"],
      registers,
    });
    this.messages = new Counter({
      name: "dsmil_dbe_messages_total",
      help: "Requests that passed this gateway",
      labelNames: ["type", "direction"],
      registers,
    });
    this.rejections = new Counter({
      name: "dsmil_dbe_rejections_total",
      help: "Messages, frames and handshakes refused here",
      labelNames: ["reason"],
      registers,
    });
    this.latency = new Histogram({
      name: "dsmil_dbe_hop_latency_seconds",
      help: "From a request's leaving this gateway to its answer: to a peer (link) or to a container (inbox)",
      labelNames: ["hop"],
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10],
      registers,
    });
    new Gauge({
      name: "dsmil_dbe_session_age_seconds",
      help: "Age of the session with a peer",
      labelNames: ["peer"],
      registers,
      collect() {
        this.reset();
        for (const [peer, age] of gauges.sessionAges()) this.set({ peer }, age);
      },
    });
    new Gauge({
      name: "dsmil_dbe_audit_spool",
      help: "Audit rows on disk that are not in Postgres yet",
      registers,
      collect() {
        this.set(gauges.spool());
      },
    });
  }

  /** Refusals by reason since the start. */
  get refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.byReason].sort());
  }

  /** @param peer node id, or `unknown` before one has proved who it is */
  handshake(peer: string, result: "ok" | Reason): void {
    this.handshakes.inc({ peer, result });
  }

  message(type: number, direction: Direction): void {
    this.messages.inc({ type: typeName(type) ?? "unknown", direction });
  }

  refused(reason: Reason): void {
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1);
    this.rejections.inc({ reason });
  }

  hop(hop: "link" | "inbox", milliseconds: number): void {
    this.latency.observe({ hop }, milliseconds / 1000);
  }
}
