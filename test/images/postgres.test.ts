import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import type { Container } from "../../infra/model/types.ts";
import { renderPgHba } from "../../infra/render/pg-hba.ts";
import { renderPostgresConf } from "../../infra/render/postgres-conf.ts";
import { Authority } from "./certificates.ts";
import { docker, eventually } from "./engine.ts";
import { Rig } from "./rig.ts";

const ADMIN = "it's an administrator's password";

describe("dsmil-postgres", () => {
  const model = loadModel();
  const plan = model.containers.find((c) => c.service === "postgres") as Container;
  const authority = new Authority();
  const rigs: Rig[] = [];
  const rig = fresh();

  function fresh(): Rig {
    const made = new Rig(plan);
    rigs.push(made);
    return made;
  }
  const configure = (on: Rig, password: string): Promise<void> =>
    on.write("/etc/postgres", {
      "postgresql.conf": renderPostgresConf(model),
      // The test comes from the engine's own bridge, which no node's rules know.
      "pg_hba.conf": `${renderPgHba(model)}\nhostssl all all 0.0.0.0/0 scram-sha-256\n`,
      superuser_password: { content: password, mode: "0400" },
    });
  const prepare = async (on: Rig): Promise<void> => {
    const { cert, key } = authority.issue("postgres.dsmil.local");
    const files = { "tls.crt": cert, "tls.key": { content: key, mode: "0400" }, "ca.crt": authority.cert };
    await on.write("/etc/dsmil/certs", files);
    await configure(on, ADMIN);
  };
  const query = async (on: Rig, sql: string, password = ADMIN, tls = true): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({
      host: "localhost",
      port: await on.port(5432),
      user: "dsmil_admin",
      database: "dsmil",
      password,
      ssl: tls && { ca: authority.cert, servername: "localhost" },
      connectionTimeoutMillis: 5000,
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const up = (on: Rig, password = ADMIN) => eventually("postgres", () => query(on, "select 1 as one", password), 60);

  beforeAll(async () => {
    await prepare(rig);
    await rig.start();
    await rig.healthy(60);
    await up(rig);
  });
  afterAll(async () => {
    for (const made of rigs) await made.dispose();
    authority.dispose();
  });

  it("made the database, checksums on, passwords as SCRAM", async () => {
    const settings = "select current_setting('data_checksums') c, current_setting('ssl') s, current_user u";
    expect(await query(rig, settings)).toEqual([{ c: "on", s: "on", u: "dsmil_admin" }]);
    const stored = await query(rig, "select rolpassword p from pg_authid where rolname = 'dsmil_admin'");
    expect(String(stored[0]?.p)).toMatch(/^SCRAM-SHA-256\$/);
  });

  it("takes from every role what one tenant could hold against another", async () => {
    const free = await query(
      rig,
      `SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
         AND proname ~ '^(pg_(try_)?advisory_.*|lo_create?|lo_creat|lo_from_bytea|pg_logical_emit_message|pg_notify)$'
         AND has_function_privilege('pg_monitor', oid, 'EXECUTE')`,
    );
    expect(free).toEqual([]);
  });

  it("refuses plain text, a wrong password and an unknown user", async () => {
    await expect(query(rig, "select 1", ADMIN, false)).rejects.toThrow(/no pg_hba.conf entry|no encryption/);
    await expect(query(rig, "select 1", "wrong")).rejects.toThrow(/password authentication failed/);
  });

  it("keeps what was committed when it is killed", async () => {
    await query(rig, "create table kept as select generate_series(1, 1000) as n");
    await rig.crash();
    await up(rig);
    expect(await query(rig, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
  });

  it("archives its log", async () => {
    await query(rig, "select pg_switch_wal()");
    await eventually("archived segment", async () => {
      const { stdout } = await rig.exec(["ls", "/wal"]);
      return /^[0-9A-F]{24}$/m.test(stdout) || undefined;
    });
  });

  it("takes new settings and rules without a restart", async () => {
    const started = await query(rig, "select pg_postmaster_start_time()::text as t");
    await prepare(rig);
    expect((await rig.exec(["/usr/local/bin/reload"])).code).toBe(0);
    expect(await query(rig, "select pg_postmaster_start_time()::text as t")).toEqual(started);
  });

  it("takes a new administrator's password, by a restart that loses nothing", async () => {
    await configure(rig, "the-next-password");
    expect((await rig.exec(["/usr/local/bin/reload"])).code).toBe(0);
    await up(rig, "the-next-password");
    expect(await query(rig, "select count(*)::int as n from kept", "the-next-password")).toEqual([{ n: 1000 }]);
    await expect(query(rig, "select 1", ADMIN)).rejects.toThrow(/password authentication failed/);
  });

  it("ends in order", async () => {
    expect(await rig.stop()).toBe(0);
    await docker(["start", rig.name]);
    await up(rig, "the-next-password");
    expect(await rig.logs()).not.toContain("was not properly shut down");
  });

  it("recovers from kills at any moment of the first start", async () => {
    const second = fresh();
    await prepare(second);
    await second.start();
    for (const wait of [150, 400, 900, 1500]) {
      await new Promise((next) => setTimeout(next, wait));
      await second.crash();
    }
    await up(second);
    const databases = await query(second, "select datname from pg_database where not datistemplate order by 1");
    expect(databases).toEqual([{ datname: "dsmil" }, { datname: "postgres" }]);
  });
});
