import type { Reason } from "../../../runtime/dbe/codec/constants.ts";
import type { DialEvent, HandshakeEvent, LinkEvent, RefusedEvent } from "../../../runtime/dbe/link/events.ts";
import type { Refusal } from "../../../runtime/dbe/transport/transport.ts";
import type { Log } from "../../../runtime/log.ts";
import { type AuditRow, emptyRow } from "../audit/audit-row.ts";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import { refusedReason } from "./refused-reason.ts";

/** Where events of links go. */
export interface LinkEventParts {
  readonly audit: {
    refuse(row: Omit<AuditRow, "kind">): Promise<void>;
    note(row: AuditRow): Promise<void>;
  };
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

/** What failed rather than was refused: counted and logged, not audited. */
const FAILURES: ReadonlySet<Reason> = new Set(["DESTINATION_UNAVAILABLE", "TIMEOUT", "OVERLOADED", "INTERNAL"]);

/** What a peer that was dialled did wrong, rather than not answer. */
const IDENTITY: ReadonlySet<Reason> = new Set([
  "BAD_CERTIFICATE",
  "DOWNGRADE",
  "REVOKED_PEER",
  "UNKNOWN_PEER",
  "UNSUPPORTED_VERSION",
]);

/** Takes what links and transports tell: into metrics, log and audit trail. */
export class LinkEvents {
  private readonly parts: LinkEventParts;
  private readonly dials = new Map<string, string>();

  constructor(parts: LinkEventParts) {
    this.parts = parts;
  }

  /** What a link tells. */
  take(event: LinkEvent): void {
    const { log } = this.parts;
    if (event.kind === "handshake") this.handshake(event);
    else if (event.kind === "refused") this.refused(event);
    else if (event.kind === "session") log.info(event, `session ${event.change}`);
    else if (event.kind === "channel") log.info(event, "channel ended");
    else this.notDialled(event);
  }

  /** A connection that became no channel: somebody without our certificates, or with weaker keys. */
  stranger({ remote, why }: Refusal): void {
    const reason = refusedReason(why);
    this.parts.metrics.handshake("unknown", reason);
    this.parts.metrics.refused(reason);
    this.audit({ ...emptyRow("dbe.refused", `connection from ${remote}: ${why}`), reason, peer: hostOf(remote) });
  }

  /** A peer that stays away is told once; one that is not who it should be is audited, once too. */
  private notDialled({ peer, detail, kind }: DialEvent): void {
    if (this.dials.get(peer) === detail) return;
    this.dials.set(peer, detail);
    this.parts.log.warn({ kind, peer, detail }, "peer not reached; trying again");
    // Only the transport's own words tell what was wrong; addresses and names of nodes are not among them.
    const reason = refusedReason(detail.replace(/^no channel to \S+ at \S+ over \w+: /, ""));
    if (!IDENTITY.has(reason)) return;
    this.parts.metrics.handshake(peer, reason);
    this.parts.metrics.refused(reason);
    this.audit({ ...emptyRow("dbe.refused", `dialled: ${detail}`), reason, peer });
  }

  private handshake(event: HandshakeEvent): void {
    const { peer, reason, remote, rekey, role, detail } = event;
    const { audit, metrics, log } = this.parts;
    metrics.handshake(peer ?? "unknown", reason ?? "ok");
    if (reason !== undefined) {
      log.warn(event, "handshake failed");
      metrics.refused(reason);
      const row = emptyRow("dbe.refused", `handshake as ${role}: ${detail}`);
      this.audit({ ...row, reason, peer: peer ?? hostOf(remote) });
      return;
    }
    if (peer !== undefined) this.dials.delete(peer);
    log.info(event, "handshake done");
    const done = rekey
      ? emptyRow("dbe.key", `new keys, as ${role}`)
      : emptyRow("dbe.session", `new session, as ${role}`);
    void audit.note({ ...done, peer: peer ?? null });
  }

  private refused(event: RefusedEvent): void {
    const { peer, remote, reason, detail, tenant, claimed } = event;
    this.parts.metrics.refused(reason);
    this.parts.log.debug(event, "refused");
    if (FAILURES.has(reason)) return;
    const { type = null, source = null, destination = null, messageId = null } = claimed ?? {};
    const about = { type, source, destination, messageId, tenant: tenant ?? null };
    this.audit({ ...about, reason, peer: peer ?? hostOf(remote), detail });
  }

  private audit(row: Omit<AuditRow, "kind">): void {
    void this.parts.audit.refuse(row);
  }
}

const hostOf = (remote: string): string => remote.replace(/:\d*$/, "") || "unknown";
