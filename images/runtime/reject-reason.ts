/** Why something was kept aside; a metric label, so the list is closed. docs/services.md explains each. */
export const REJECT_REASONS = [
  "event_not_json",
  "event_too_large",
  "event_invalid",
  "tenant_mismatch",
  "payload_invalid",
  "line_empty",
  "line_too_long",
  "line_binary",
  "format_unknown",
  "eve_not_json",
  "eve_not_object",
  "eve_no_event_type",
  "eve_no_timestamp",
  "eve_bad_timestamp",
  "syslog_bad_priority",
  "syslog_bad_header",
  "syslog_bad_timestamp",
  "syslog_no_message",
  "archive_refused",
  "poison",
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];
