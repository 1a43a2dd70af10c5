import { randomBytes } from "node:crypto";
import { LIMITS, TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { reasonName } from "../../../runtime/dbe/codec/names.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { GROUP } from "../../../runtime/dbe/transport/protocol.ts";
import { emptyRow } from "../audit/audit-row.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import type { Links } from "../links/links.ts";
import type { Speaker } from "../policy/hop.ts";
import type { Configuration } from "../routes/configuration.ts";
import { type ProbeRequest, probeAnswer, probeMessage } from "./probe.ts";

export interface OperatorParts {
  readonly configuration: Configuration;
  readonly exchange: Exchange;
  readonly links: Links;
  readonly audit: AuditTrail;
  readonly metrics: GatewayMetrics;
}

/** The node itself: an operator's messages go through all checks as if a container of device 0 had brought them. */
const SPEAKER: Speaker = { container: "@operator", device: 0, tenants: "*" };
const PING_DEADLINE_MS = 5000;

/** What operators can ask a gateway for, on its own node. */
export class Operator {
  private readonly parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.parts = parts;
  }

  /** How the gateway stands. */
  show() {
    const { configuration, exchange, links, audit, metrics } = this.parts;
    const { node, transport, rotation, revoked } = configuration.settings;
    const { head, lost, ...trail } = audit.writer.status;
    return {
      node,
      transport,
      rotation,
      sessions: links.stats().map((stats) => ({ ...stats, group: stats.state === "up" ? GROUP : undefined })),
      revoked: [...revoked],
      rejections: metrics.refusals,
      audit: { node, ...head, lost, ...trail },
      tenants: [...configuration.tenants.keys()].sort(),
      folders: [...configuration.folders.values()].map(({ container, device, tenants }) => ({
        container,
        device,
        tenants: tenants === "*" ? tenants : [...tenants],
      })),
      busy: exchange.busy,
      problems: configuration.problems,
    };
  }

  /** Echoes to a node's gateway and back, one after the other. */
  async ping(node: string, count: number, tenant?: string) {
    const id = tenant ?? [...this.parts.configuration.tenants.keys()].sort()[0];
    if (id === undefined) throw new DbeError("UNKNOWN_TENANT", "an echo needs a tenant, and this node knows none");
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const begun = performance.now();
      const answer = await this.parts.exchange.fromSpeaker(SPEAKER, echo(id), node);
      if (answer.type !== TYPES.ECHO_RESP) {
        throw new DbeError(reasonName(answer.tlvs.reason ?? 0) ?? "INTERNAL", `${node} did not echo`);
      }
      times.push(performance.now() - begun);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    return { node, count, ms: { min: at(0), p50: at(0.5), p99: at(0.99), max: at(1) } };
  }

  /** New keys with a peer, or with all. */
  async rotate(node?: string) {
    const { audit, links } = this.parts;
    await audit.note({ ...emptyRow("dbe.key", "rotation asked for by the operator"), peer: node ?? null });
    const rotated = await links.rekey(node);
    return { rotated };
  }

  /** A message as the operator wants it; audited before it is sent. */
  async send(probe: ProbeRequest) {
    const message = probeMessage(probe);
    const { type, source, destination, messageId } = message;
    const about = { type, source, destination, messageId: messageId.toString("hex"), peer: SPEAKER.container };
    const noted = await this.parts.audit.writer.note({ ...emptyRow("dbe.probe", "operator's probe"), ...about });
    if (!noted) throw new DbeError("AUDIT_UNAVAILABLE", "the node's disk takes no audit rows");
    const begun = performance.now();
    const answer = await this.parts.exchange.fromSpeaker(SPEAKER, message);
    return probeAnswer(answer, performance.now() - begun);
  }
}

function echo(tenantId: string): Envelope {
  return {
    type: TYPES.ECHO_REQ,
    flags: 0,
    messageId: randomBytes(LIMITS.messageId),
    source: 0,
    destination: 0,
    timestamp: Date.now(),
    tlvs: { tenantId, deadlineMs: PING_DEADLINE_MS },
    payload: Buffer.alloc(0),
  };
}

const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
