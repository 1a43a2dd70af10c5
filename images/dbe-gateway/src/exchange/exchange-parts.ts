import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import type { Log } from "../../../runtime/log.ts";
import type { AuditRow } from "../audit/audit-row.ts";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import type { Receiver } from "../local/folders.ts";
import type { Facts } from "../policy/facts.ts";

/** The trail, as messages need it. */
export interface ExchangeAudit {
  refuse(row: Omit<AuditRow, "kind">): Promise<void>;
  require(row: Omit<AuditRow, "kind">): Promise<void>;
}

/** What messages are passed on with. */
export interface ExchangeParts {
  /** Facts as they are now. */
  readonly facts: () => Facts;
  /** Containers of a device, in the order in which to try them. */
  readonly receivers: (device: number, messageId: Buffer) => readonly Receiver[];
  /** Sends a request to a peer and returns its answer. Throws DbeError. */
  readonly ask: (peer: string, request: Envelope, deadlineMs: number) => Promise<Envelope>;
  readonly audit: ExchangeAudit;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
  readonly limits: ExchangeLimits;
}

/** Bounds of what is under way. */
export interface ExchangeLimits {
  /** Requests of local containers, in all and from one. */
  readonly running: number;
  readonly runningEach: number;
  /** Bytes of their payloads in sum. */
  readonly runningBytes: number;
  /** Time of a message that states none, and the longest there is, ms. */
  readonly defaultDeadlineMs: number;
  readonly longestDeadlineMs: number;
}

export const EXCHANGE_LIMITS: ExchangeLimits = {
  running: 512,
  runningEach: 128,
  runningBytes: 64 * 1024 * 1024,
  defaultDeadlineMs: 10_000,
  longestDeadlineMs: 120_000,
};
