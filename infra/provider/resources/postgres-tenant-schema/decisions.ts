import { DECISION_ERRORS } from "../../../../images/runtime/policy/decision-sql.ts";
import type { TenantNames } from "./names.ts";

/** The columns of a decision that its writer gives. */
export const DECISION_COLUMNS =
  "writer, seq, tenant_id, ts, device, decision, request, allow, reasons, policy_version, policy_bundle, about, micros, prev_hash, hash";

/** The fields of a record as RFC 8785 orders them, and how the server writes each as JSON. */
const FIELDS: readonly (readonly [name: string, json: string])[] = [
  ["about", "to_json(NEW.about)::text"],
  ["allow", "to_json(NEW.allow)::text"],
  ["decision", "to_json(NEW.decision)::text"],
  ["device", "NEW.device::text"],
  ["micros", "NEW.micros::text"],
  ["policyBundle", "to_json(NEW.policy_bundle)::text"],
  ["policyVersion", "NEW.policy_version::text"],
  ["reasons", "array_to_json(NEW.reasons)::text"],
  ["request", "to_json(NEW.request)::text"],
  ["seq", "NEW.seq::text"],
  ["tenant", "to_json(NEW.tenant_id)::text"],
  ["ts", `to_json(to_char(NEW.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text`],
  ["writer", "to_json(NEW.writer)::text"],
];

/** The record's canonical JSON, which must be what images/runtime/policy/decision-record.ts makes of it. */
const canonical = FIELDS.map(([name, json], i) => `'${i > 0 ? "," : "{"}"${name}":', coalesce(${json}, 'null')`).join(
  ",\n    ",
);

/** The log of decisions. @param tenant the column `tenant_id` */
export function decisionsTable({ schema }: TenantNames, tenant: string): string {
  const check = (column: string, rule: string): string => `CONSTRAINT decisions_${column} CHECK (${rule})`;
  return `
CREATE TABLE ${schema}.decisions (
  writer text NOT NULL ${check("writer", "writer ~ '^[a-z][a-z0-9-]{0,62}$'")},
  seq bigint NOT NULL ${check("seq", "seq BETWEEN 1 AND 9007199254740991")},
  ${tenant},
  ts timestamptz(3) NOT NULL,
  device integer NOT NULL ${check("device", "device BETWEEN 0 AND 103")},
  decision text NOT NULL ${check("decision", "decision ~ '^[a-z][a-z_]{0,63}$'")},
  request text ${check("request", "length(request) <= 8192")},
  allow boolean NOT NULL,
  reasons text[] NOT NULL ${check("reasons", "cardinality(reasons) BETWEEN 1 AND 16")},
  policy_version bigint ${check("policy_version", "policy_version > 0")},
  policy_bundle text ${check("policy_bundle", "policy_bundle ~ '^[0-9a-f]{96}$'")},
  about text ${check("about", "length(about) <= 128")},
  micros bigint NOT NULL ${check("micros", "micros >= 0")},
  prev_hash bytea NOT NULL ${check("prev_hash", "octet_length(prev_hash) = 32")},
  hash bytea NOT NULL ${check("hash", "octet_length(hash) = 32")},
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (writer, seq)
);
CREATE INDEX decisions_by_time ON ${schema}.decisions (tenant_id, ts DESC);`;
}

/**
 * Every decision must follow the last one of its writer: the next number, the last hash, and a hash that is its own. Of
 * two at once one fails at the primary key, so a chain never forks. It runs as the owner, whose path cannot be bent.
 */
export function decisionChain({ schema }: TenantNames): string {
  return `
CREATE FUNCTION ${schema}.extend_decisions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  last_seq bigint;
  last_hash bytea;
BEGIN
  SELECT seq, hash INTO last_seq, last_hash FROM ${schema}.decisions
    WHERE writer = NEW.writer ORDER BY seq DESC LIMIT 1;
  IF NEW.seq IS DISTINCT FROM coalesce(last_seq, 0) + 1
    OR NEW.prev_hash IS DISTINCT FROM coalesce(last_hash, decode(repeat('00', 32), 'hex')) THEN
    RAISE EXCEPTION 'decision % of % does not follow decision %', NEW.seq, NEW.writer, coalesce(last_seq, 0)
      USING ERRCODE = '${DECISION_ERRORS.order}';
  END IF;
  IF NEW.hash IS DISTINCT FROM sha256(NEW.prev_hash || convert_to(concat(
    ${canonical}, '}'), 'UTF8')) THEN
    RAISE EXCEPTION 'decision % of % has the hash of another one', NEW.seq, NEW.writer
      USING ERRCODE = '${DECISION_ERRORS.hash}';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER extend_decisions BEFORE INSERT ON ${schema}.decisions
  FOR EACH ROW EXECUTE FUNCTION ${schema}.extend_decisions();
ALTER TABLE ${schema}.decisions ENABLE ALWAYS TRIGGER extend_decisions;`;
}
