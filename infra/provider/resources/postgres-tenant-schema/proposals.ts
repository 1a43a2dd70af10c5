import type { TenantNames } from "./names.ts";

/** The columns of a proposal that its writer gives. */
export const PROPOSAL_COLUMNS =
  "proposal_id, tenant_id, ts, device, event_id, action, target, rationale, severity, channels, decision_writer, decision_seq, policy_version, status";

/** What services propose; nothing of it is ever carried out by this system. @param tenant the column `tenant_id` */
export function proposalsTable({ schema }: TenantNames, tenant: string): string {
  const check = (column: string, rule: string): string => `CONSTRAINT proposals_${column} CHECK (${rule})`;
  return `
CREATE TABLE ${schema}.proposals (
  proposal_id uuid PRIMARY KEY,
  ${tenant},
  ts timestamptz(3) NOT NULL,
  device integer NOT NULL ${check("device", "device BETWEEN 0 AND 103")},
  event_id uuid NOT NULL,
  action text NOT NULL ${check("action", "action ~ '^[A-Z][A-Z0-9_]{0,63}$'")},
  target text NOT NULL ${check("target", "length(target) <= 512")},
  rationale text NOT NULL ${check("rationale", "length(rationale) <= 2000")},
  severity text NOT NULL ${check("severity", "severity IN ('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')")},
  channels text[] NOT NULL ${check("channels", "cardinality(channels) <= 16")},
  decision_writer text NOT NULL,
  decision_seq bigint NOT NULL,
  policy_version bigint NOT NULL,
  status text NOT NULL ${check("status", "status = 'proposed'")},
  archived_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX proposals_by_event ON ${schema}.proposals (event_id);
CREATE INDEX proposals_by_target ON ${schema}.proposals (action, target, archived_at);
CREATE INDEX proposals_by_age ON ${schema}.proposals (archived_at);`;
}
