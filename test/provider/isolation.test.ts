import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Credentials, type KnownCredentials } from "../../infra/isolation/drivers/credentials.ts";
import { FleetProber } from "../../infra/isolation/drivers/prober.ts";
import type { Pair } from "../../infra/isolation/plan/pair.ts";
import { planIsolation } from "../../infra/isolation/plan.ts";
import { runPlan } from "../../infra/isolation/run.ts";
import type { AttemptResult, Layer } from "../../infra/isolation/types.ts";
import { loadModel } from "../../infra/model/load.ts";
import { startTenantStores, type TenantStores } from "./tenants.ts";

const model = loadModel(resolve(import.meta.dirname, "../../manifest.yaml"));
const HERE: readonly Layer[] = ["redis", "postgres", "archive"];
const STACK: Pair["sources"] = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] };

let stores: TenantStores;

async function prove(
  delivered: KnownCredentials["node"] = {},
  layers: readonly Layer[] = HERE,
): Promise<AttemptResult[]> {
  const admin = { redis: stores.redis.secret, postgres: stores.postgres.secret, qdrant: "unused" };
  const sourcesOf = ({ id }: { id: string }): Pair["sources"] => {
    const found = delivered[id] ?? {};
    return {
      ...STACK,
      ...(found.redis && { redis: ["stack", "node"] }),
      ...(found.postgres && { postgres: ["stack", "node"] }),
    };
  };
  const whole = planIsolation(model, { nonce: "0badcafe", sourcesOf });
  const here = (kind: string): boolean => kind.startsWith("redis") || kind.startsWith("postgres");
  const plan = {
    attempts: whole.attempts.filter((a) => layers.includes(a.layer)),
    setup: whole.setup.filter((p) => here(p.kind)),
    teardown: whole.teardown.filter((p) => here(p.kind)),
  };
  const prober = new FleetProber(stores.doors, new Credentials({ stack: stores.secrets, node: delivered, admin }));
  try {
    return await runPlan(plan, prober);
  } finally {
    await prober.close();
  }
}

const failed = (results: readonly AttemptResult[]): string[] =>
  results
    .filter((r) => r.verdict !== "refused")
    .map(
      (r) =>
        `${r.verdict} ${r.id}: ${r.actual.class} ${r.actual.detail} / control ${r.control.class} ${r.control.detail}`,
    );

/** Everything that a run could leave behind. */
async function remains(): Promise<unknown> {
  const keys = ((await stores.redisAdmin("KEYS", "*")) as string[]).sort();
  const lengths = await Promise.all(keys.map((key) => stores.redisAdmin("XLEN", key)));
  const rows = await stores.sql(`
    select 'lo' as what, count(*)::int from pg_largeobject_metadata
    union all select 'relations', count(*)::int from pg_class where relnamespace::regnamespace::text like 'dsmil\\_%'
    union all select 'functions', count(*)::int from pg_proc where proname like 'probe%'
    union all select 'roles', count(*)::int from pg_roles
    union all select 'rows', (select count(*) from dsmil_alpha.events)::int + (select count(*) from dsmil_bravo.audit_log)::int`);
  return { keys, lengths, rows };
}

beforeAll(async () => {
  stores = await startTenantStores(model);
  await stores.redisAdmin("XADD", "HEALTH_EVENTS", "*", "event", "{}");
});
afterAll(() => stores.stop());

describe("isolation of tenants on real stores", () => {
  afterEach(() => stores.provision());

  it("is refused everywhere, with every control working, and leaves nothing behind", async () => {
    const before = await remains();
    const results = await prove();
    expect(failed(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(300);
    expect(await remains()).toEqual(before);
  });

  it("names an ACL user that was loosened", async () => {
    await stores.redisAdmin("ACL", "SETUSER", "bravo_writer", "~ALPHA_*");
    const results = failed(await prove());
    expect(results).toContainEqual(
      expect.stringMatching(/^leak redis\/bravo→alpha\/bravo_writer@stack\/XRANGE ALPHA_SOC_EVENTS/),
    );
    expect(results).toContainEqual(
      expect.stringMatching(/^leak redis\/bravo→alpha\/bravo_writer@stack\/XADD ALPHA_L3_IN 0-0/),
    );
    expect(results.every((r) => r.includes("bravo_writer"))).toBe(true);
    expect(await stores.redisAdmin("XLEN", "ALPHA_L3_IN")).toBe(0);
  });

  it("names one command too many", async () => {
    await stores.redisAdmin("ACL", "SETUSER", "alpha_reader", "+scan");
    expect(failed(await prove())).toEqual([
      expect.stringMatching(/^leak redis\/alpha→bravo\/alpha_reader@stack\/SCAN/),
    ]);
  });

  it.each([
    [
      "alter table dsmil_alpha.events disable row level security",
      /^leak postgres\/bravo→alpha\/row security\/read rows of events/,
    ],
    [
      "alter table dsmil_alpha.policies no force row level security",
      /^leak postgres\/bravo→alpha\/row security\/a table without forced/,
    ],
    [
      "drop policy tenant_read on dsmil_alpha.events",
      /^inconclusive postgres\/bravo→alpha\/row security\/read rows of events/,
    ],
    [
      "create policy open on dsmil_alpha.rejects using (true)",
      /^leak postgres\/bravo→alpha\/row security\/read rows of rejects/,
    ],
    [
      "grant usage on schema dsmil_alpha to bravo_reader",
      /^leak postgres\/bravo→alpha\/bravo_reader@stack\/hold a right on the schema/,
    ],
    [
      "grant select on dsmil_alpha.events to bravo_app",
      /^leak postgres\/bravo→alpha\/bravo_app@stack\/hold a right on a table/,
    ],
    ["grant alpha_app to bravo_app", /^leak postgres\/bravo→alpha\/bravo_app@stack\/set role alpha_app/],
    ["alter role bravo_app bypassrls", /^leak postgres\/bravo→alpha\/bravo_app@stack\/have a role attribute/],
    [
      "grant execute on function dsmil_alpha.purge_events() to public",
      /^leak postgres\/bravo→alpha\/bravo_reader@stack\/hold a right on a function/,
    ],
    [
      "drop trigger append_only on dsmil_alpha.audit_log",
      /^leak postgres\/alpha\/own limits\/update the audit log as dsmil_admin/,
    ],
    [
      "grant update on dsmil_alpha.audit_log to alpha_app; drop trigger append_only on dsmil_alpha.audit_log",
      /^leak postgres\/alpha\/own limits\/update the audit log:/,
    ],
    ["grant pg_read_server_files to bravo_app", /^leak postgres\/bravo→alpha\/bravo_app@stack\/be a member of a role/],
  ])("after `%s` says so", async (break_, expected) => {
    await stores.sql(break_);
    try {
      expect(failed(await prove({}, ["postgres"]))).toContainEqual(expect.stringMatching(expected));
    } finally {
      await stores.sql(
        "revoke alpha_app, pg_read_server_files from bravo_app; drop policy if exists open on dsmil_alpha.rejects",
      );
    }
  });

  it("tries the credential that is on the node when it is another", async () => {
    const alpha = stores.secrets.alpha;
    const results = failed(await prove({ bravo: { redis: alpha?.redis.writer ?? "", postgres: "wrong-password" } }));
    // A password that logs nobody in proves nothing, so it cannot pass.
    expect(results.length).toBeGreaterThan(100);
    expect(results.every((r) => r.startsWith("error ") && r.includes("@node"))).toBe(true);
  });

  it("finds what was mixed already", async () => {
    const event = '{"event_id":"x","tenant_id":"BRAVO"}';
    await stores.redisAdmin("XADD", "ALPHA_SOC_EVENTS", "*", "event", event);
    await stores.sql(`alter table dsmil_alpha.events drop constraint events_tenant;
      insert into dsmil_alpha.events (event_id, tenant_id, ts, received_at, source, category, severity, raw)
      values ('00000000-0000-4000-8000-000000000001', 'BRAVO', now(), now(), 's', 'C', 'LOW', '{}')`);
    const results = failed(await prove());
    expect(results).toEqual([
      expect.stringMatching(/^leak archive\/bravo→alpha\/rows in events/),
      expect.stringMatching(/^leak archive\/bravo→alpha\/entries in ALPHA_SOC_EVENTS/),
    ]);
    await stores.redisAdmin("XTRIM", "ALPHA_SOC_EVENTS", "MAXLEN", "0");
    await stores.sql("delete from dsmil_alpha.events");
  });
});
