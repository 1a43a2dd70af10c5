import type { Reason } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { errorReply } from "../../../runtime/dbe/codec/error-reply.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import type { AuditRow } from "../audit/audit-row.ts";
import type { Verdict } from "../policy/verdict.ts";
import type { ExchangeParts } from "./exchange-parts.ts";

/** What failed rather than was refused: counted and logged, not audited. */
const FAILURES: ReadonlySet<Reason> = new Set(["DESTINATION_UNAVAILABLE", "TIMEOUT", "OVERLOADED", "INTERNAL"]);
/** A tenant as a row may name it. */
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;

/** Throws the refusal as a DbeError. */
export function demand(verdict: Verdict): void {
  if (!verdict.ok) throw new DbeError(verdict.refuse, verdict.detail);
}

/** A row about a message, with the container or node on its other side. */
export function rowOf(message: Envelope, peer: string, reason: Reason | null, detail: string): Omit<AuditRow, "kind"> {
  const { type, source, destination, messageId, tlvs } = message;
  const tenant = tlvs.tenantId !== undefined && TENANT.test(tlvs.tenantId) ? tlvs.tenantId : null;
  return { tenant, reason, type, source, destination, peer, messageId: messageId.toString("hex"), detail };
}

/**
 * Counts a refusal, writes it to the audit trail, and returns the ERROR that answers the message. Anything but a DbeError
 * is our own fault and tells nothing.
 * @param peer who brought the message: a container or a node
 */
export async function refusal(
  parts: Pick<ExchangeParts, "audit" | "metrics" | "log">,
  message: Envelope,
  peer: string,
  error: unknown,
): Promise<Envelope> {
  const known = error instanceof DbeError ? error : undefined;
  const reason = known?.reason ?? "INTERNAL";
  parts.metrics.refused(reason);
  if (!known) parts.log.error({ err: error, type: message.type, peer }, "message failed");
  if (FAILURES.has(reason))
    parts.log.debug({ reason, detail: known?.detail, type: message.type, peer }, "message failed");
  else await parts.audit.refuse(rowOf(message, peer, reason, known?.detail ?? ""));
  return errorReply(message, reason, Date.now());
}
