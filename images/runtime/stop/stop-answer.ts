/** Answer about the emergency stop, payload of L9_STOP_RESP. */
export interface StopAnswer {
  readonly tenant_id: string;
  readonly stopped: boolean;
  /** The stop's nonce, which a release names; null while nothing is stopped. */
  readonly stop: string | null;
  readonly since: string | null;
  /** Row of audit_log about this order; null for a question. */
  readonly audit_id: string | null;
}
