import { AUDIT_ERRORS } from "../../../../images/runtime/dbe/audit/sql.ts";
import type { AuditNames } from "./names.ts";

/** The fields of an entry as RFC 8785 orders them, and how the server writes each as JSON. */
const FIELDS: readonly (readonly [name: string, json: string])[] = [
  ["destination", "NEW.destination::text"],
  ["detail", "to_json(NEW.detail)::text"],
  ["kind", "to_json(NEW.kind)::text"],
  ["messageId", "to_json(NEW.message_id)::text"],
  ["node", "to_json(NEW.node)::text"],
  ["peer", "to_json(NEW.peer)::text"],
  ["reason", "to_json(NEW.reason)::text"],
  ["seq", "NEW.seq::text"],
  ["source", "NEW.source::text"],
  ["tenant", "to_json(NEW.tenant)::text"],
  ["ts", `to_json(to_char(NEW.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text`],
  ["type", "NEW.type::text"],
];

/** The entry's canonical JSON, which must be what images/runtime/dbe/audit/entry.ts makes of it. */
const canonical = FIELDS.map(([name, json], i) => `'${i > 0 ? "," : "{"}"${name}":', coalesce(${json}, 'null')`).join(
  ",\n    ",
);

/**
 * Every row must follow the last one of its node: the next number, the last hash, and a hash that is its own. A row that
 * is there already with the same hash is passed over, so that a batch whose answer was lost can be sent again.
 *
 * It runs as the owner, who sees all rows and may lock the chain; whose row it is, is told by who logged in. The lock
 * makes connections of one node take turns: the second looks for the last row when the first has committed.
 */
export function chainTrigger({ schema, prefix }: AuditNames): string {
  return `
CREATE FUNCTION ${schema}.extend_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  last_seq bigint;
  last_hash bytea;
  there bytea;
BEGIN
  IF session_user IS DISTINCT FROM '${prefix}' || replace(NEW.node, '-', '_') THEN
    RAISE EXCEPTION '% may not write for node %', session_user, NEW.node USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM FROM ${schema}.chains WHERE node = NEW.node FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO ${schema}.chains VALUES (NEW.node) ON CONFLICT DO NOTHING;
    PERFORM FROM ${schema}.chains WHERE node = NEW.node FOR UPDATE;
  END IF;
  SELECT seq, hash INTO last_seq, last_hash FROM ${schema}.entries WHERE node = NEW.node ORDER BY seq DESC LIMIT 1;
  last_seq := coalesce(last_seq, 0);
  last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  IF NEW.seq <= last_seq THEN
    SELECT hash INTO there FROM ${schema}.entries WHERE node = NEW.node AND seq = NEW.seq;
    IF there = NEW.hash THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION 'entry % of % is another one: the chain would fork', NEW.seq, NEW.node USING ERRCODE = '${AUDIT_ERRORS.fork}';
  END IF;
  IF NEW.seq > last_seq + 1 THEN
    RAISE EXCEPTION 'entry % of % does not follow entry %', NEW.seq, NEW.node, last_seq USING ERRCODE = '${AUDIT_ERRORS.gap}';
  END IF;
  IF NEW.prev_hash IS DISTINCT FROM last_hash THEN
    RAISE EXCEPTION 'entry % of % follows another entry %: the chain would fork', NEW.seq, NEW.node, last_seq
      USING ERRCODE = '${AUDIT_ERRORS.fork}';
  END IF;
  IF NEW.hash IS DISTINCT FROM sha256(NEW.prev_hash || convert_to(concat(
    ${canonical}, '}'), 'UTF8')) THEN
    RAISE EXCEPTION 'entry % of % has the hash of another entry', NEW.seq, NEW.node USING ERRCODE = '${AUDIT_ERRORS.hash}';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER extend_chain BEFORE INSERT ON ${schema}.entries
  FOR EACH ROW EXECUTE FUNCTION ${schema}.extend_chain();
ALTER TABLE ${schema}.entries ENABLE ALWAYS TRIGGER extend_chain;`;
}
