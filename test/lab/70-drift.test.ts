import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dsmilOk, pulumiOnAll, type Run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

/** Runs SQL as the administrator, inside the server's container; the password stays in its file. */
const sql = (statement: string) =>
  onNodeOk(
    "node-c",
    "docker",
    "exec",
    "dsmil-postgres",
    "sh",
    "-c",
    'PGPASSWORD="$(cat /etc/postgres/superuser_password)" exec psql -v ON_ERROR_STOP=1 -h "$(hostname)" -U dsmil_admin -d dsmil -c "$0"',
    statement,
  );

const redis = (...command: string[]) =>
  onNodeOk(
    "node-c",
    "docker",
    "exec",
    "dsmil-redis",
    "sh",
    "-c",
    'REDISCLI_AUTH="$(cat /etc/redis/admin_password)" exec redis-cli -h redis.dsmil.local --tls --cacert /etc/dsmil/certs/ca.crt --user dsmil_admin -e "$@"',
    "redis-cli",
    ...command,
  );

interface Drift {
  readonly what: string;
  readonly stack: string;
  readonly breakIt: () => Promise<unknown>;
  /** Must appear in the drift that refresh reports. */
  readonly named: RegExp;
}

const DRIFTS: readonly Drift[] = [
  {
    what: "a loosened ACL user",
    stack: "node-c",
    breakIt: () => redis("ACL", "SETUSER", "alpha_reader", "~*"),
    named: /RedisAclUsers[\s\S]*~ rules:[^\n]*~\* -@all/,
  },
  {
    what: "a dropped row-level security policy",
    stack: "node-c",
    breakIt: () =>
      sql(
        "do $$ declare p text; begin select policyname into p from pg_policies where schemaname='dsmil_alpha' and tablename='events' limit 1; execute format('drop policy %I on dsmil_alpha.events', p); end $$",
      ),
    named: /PostgresTenantSchema/,
  },
  {
    what: "an extra grant",
    stack: "node-c",
    breakIt: () => sql("grant usage on schema dsmil_alpha to bravo_app"),
    named: /PostgresTenantSchema/,
  },
  {
    what: "a deleted collection",
    stack: "node-c",
    breakIt: async () => {
      const key = (await onNodeOk("node-c", "cat", "/etc/dsmil/admin/qdrant_api_key")).trim();
      return onNodeOk("node-c", "docker", "exec", "-i", "dsmil-qdrant", "python3", "-c", DELETE_COLLECTION, key);
    },
    named: /QdrantTenantCollections[\s\S]*alpha_chat_history/,
  },
  {
    what: "a stopped container",
    stack: "node-a",
    breakIt: () => onNodeOk("node-a", "docker", "stop", "dsmil-l4-classifier-bravo"),
    named: /dsmil-l4-classifier-bravo/,
  },
  {
    what: "a removed container",
    stack: "node-a",
    breakIt: () => onNodeOk("node-a", "docker", "rm", "-f", "dsmil-l3-router-bravo"),
    named: /dsmil-l3-router-bravo/,
  },
  {
    what: "a hand-edited container",
    stack: "node-a",
    breakIt: () =>
      onNodeOk("node-a", "docker", "update", "--memory", "256m", "--memory-swap", "256m", "dsmil-l3-router-alpha"),
    named: /dsmil-l3-router-alpha/,
  },
  {
    what: "a replaced certificate file",
    stack: "node-b",
    breakIt: () => onNodeOk("node-b", "sh", "-c", "echo forged > /etc/dsmil/certs/haproxy/tls.pem"),
    named: /NodeFiles/,
  },
];

const DELETE_COLLECTION = `
import ssl, sys, urllib.request
r = urllib.request.Request("https://127.0.0.1:6333/collections/alpha_chat_history", method="DELETE", headers={"api-key": sys.argv[1]})
urllib.request.urlopen(r, context=ssl._create_unverified_context()).read()
`;

describe("drift", () => {
  let seen: ReadonlyMap<string, Run>;

  beforeAll(async () => {
    await untilHealthy();
    // All at once: what hides another's drift would be a fault too.
    for (const { breakIt } of DRIFTS) await breakIt();
    seen = await pulumiOnAll("refresh", "--preview-only", "--expect-no-changes", "--diff");
  });

  let repaired = false;
  afterAll(async () => {
    if (repaired) return;
    await dsmilOk("up");
    await untilHealthy();
  });

  it.each(DRIFTS)("is seen by refresh: $what", ({ stack, named }) => {
    const run = seen.get(stack);
    expect(run?.code, "refresh must report the drift").not.toBe(0);
    expect(`${run?.stdout}${run?.stderr}`).toMatch(named);
  });

  it("is repaired by one up", async () => {
    await dsmilOk("up");
    await untilHealthy();
    repaired = true;
  });

  it("is gone afterwards", async () => {
    for (const [stack, after] of await pulumiOnAll("refresh", "--preview-only", "--expect-no-changes")) {
      expect(after.code, stack + after.stdout).toBe(0);
    }
  });
});
