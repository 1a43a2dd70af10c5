import type { ChainedEntry } from "../../../../images/runtime/dbe/audit/entry.ts";
import { definition } from "../../../../infra/provider/resources/postgres-audit-trail/definition.ts";
import { auditNames, auditWriterRole } from "../../../../infra/provider/resources/postgres-audit-trail/names.ts";
import type { PostgresServer } from "../../support/postgres-server.ts";

/** Makes the trail's schema on a real server, and the nodes' passwords. */
export async function makeTrail(server: PostgresServer, nodes: readonly string[]): Promise<void> {
  await server.sql(definition(auditNames(nodes)));
  for (const node of nodes) await server.sql(`ALTER ROLE ${auditWriterRole(node)} PASSWORD 'password-of-${node}'`);
}

/** A node's rows as they are in the server, in order. */
export async function trailOf(server: PostgresServer, node: string): Promise<readonly ChainedEntry[]> {
  const rows = await server.sql(`SELECT * FROM dsmil_audit.entries WHERE node = '${node}' ORDER BY seq`);
  return rows.map(
    (row) =>
      ({
        ...row,
        seq: Number(row.seq),
        ts: (row.ts as Date).toISOString(),
        messageId: row.message_id,
        prevHash: row.prev_hash,
      }) as unknown as ChainedEntry,
  );
}
