import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { renderPgHba } from "../../../infra/render/pg-hba.ts";
import { renderPostgresConf } from "../../../infra/render/postgres-conf.ts";
import { GOOD, modelOf } from "../../unit/model/fixture.ts";
import { pause, Sandbox, which } from "./sandbox.ts";

const folder = "/usr/lib/postgresql/15/bin";
const server = which("postgres", [folder]);
const model = modelOf(GOOD);

describe.skipIf(server === undefined)("postgresql.conf and pg_hba.conf with the real server", () => {
  let box: Sandbox;
  let port: number;
  const connect = async (ssl: boolean, user = "dsmil_admin"): Promise<pg.Client> => {
    const ca = readFileSync(box.path("certs/ca.crt"), "utf8");
    const client = new pg.Client({
      host: "127.0.0.1",
      port,
      user,
      password: "secret",
      database: "postgres",
      ...(ssl && { ssl: { ca, servername: "localhost" } }),
    });
    await client.connect();
    return client;
  };
  const query = async (sql: string): Promise<string[]> => {
    const client = await connect(true);
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows.map((row) => String(Object.values(row)[0]));
    } finally {
      await client.end();
    }
  };

  const healthCheck = (): { code: number; text: string } => {
    const { argv } = model.containers.find((c) => c.service === "postgres")?.health ?? { argv: [] };
    const ours = argv.map((arg) => (arg === "5432" ? String(port) : arg.replace("/run/postgresql", box.path("run"))));
    return box.run(ours[0] ?? "", ours.slice(1));
  };

  beforeAll(async () => {
    box = new Sandbox();
    port = await freePort();
    const password = box.write("password", "secret\n", {});
    const made = box.run(join(folder, "initdb"), [
      "-D",
      box.path("data"),
      "-U",
      "dsmil_admin",
      "-A",
      "scram-sha-256",
      "--pwfile",
      password,
      "--no-sync",
    ]);
    expect(made.code, made.text).toBe(0);
    box.write("pg_hba.conf", renderPgHba(model), { "172.20.0.0/24": "127.0.0.1/32 " });
    const conf = box.write("postgresql.conf", renderPostgresConf(model), {
      "/etc/dsmil/certs": box.path("certs"),
      "/etc/postgres": box.folder,
      "/run/postgresql": box.path("run"),
      "/wal/": `${box.path("wal")}/`,
      "port = 5432": `port = ${port}`,
    });
    await box.start(server ?? "", ["-D", box.path("data"), "-c", `config_file=${conf}`], port);
    for (let tries = 0; healthCheck().code !== 0 && tries < 100; tries++) await pause(100);
  });
  afterAll(() => box.close());

  it.each([
    ["ssl", "on"],
    ["password_encryption", "scram-sha-256"],
    ["wal_level", "replica"],
    ["archive_mode", "on"],
    ["shared_buffers", "256MB"],
    ["max_connections", "204"],
    ["log_min_error_statement", "panic"],
  ])("has %s set to %s", async (name, value) => expect(await query(`show ${name}`)).toEqual([value]));

  it("has no line in either file that the server could not use", async () => {
    expect(await query("select name from pg_file_settings where error is not null")).toEqual([]);
    expect(await query("select error from pg_hba_file_rules where error is not null")).toEqual([]);
  });

  it("refuses a connection without TLS", async () => {
    await expect(connect(false)).rejects.toThrow(/no pg_hba.conf entry .* no encryption/);
  });

  it("lets only the administrator into other databases", async () => {
    await query("create role alpha_app login password 'secret'");
    await expect(connect(true, "alpha_app")).rejects.toThrow(/no pg_hba.conf entry/);
  });

  it("archives a finished segment, whole, and takes the same one again but no other", async () => {
    await query("create table t as select 1");
    await query("select pg_switch_wal()");
    const archived = async (): Promise<string | undefined> =>
      readdirSync(box.path("wal")).find((f) => /^[0-9A-F]{24}$/.test(f));
    for (let tries = 0; (await archived()) === undefined && tries < 100; tries++) await pause(100);
    const segment = await archived();
    expect(segment, box.output).toBeDefined();
    const [command = ""] = await query("show archive_command");
    const again = command.replaceAll("%f", segment ?? "").replaceAll("%p", box.path(`wal/${segment}`));
    expect(box.run("sh", ["-c", again]).code).toBe(0);
    writeFileSync(box.path("other"), "another segment");
    const other = command.replaceAll("%f", segment ?? "").replaceAll("%p", box.path("other"));
    expect(box.run("sh", ["-c", other]).code).not.toBe(0);
    expect(readdirSync(box.path("wal")).filter((f) => f.includes("part"))).toEqual([]);
  });

  it("is ready by the container's own check", () => expect(healthCheck().code).toBe(0));

  it("logs no statement that fails, as it can carry a password", async () => {
    await expect(query("alter role nobody_here password 'do-not-log-me'")).rejects.toThrow();
    expect(box.output).toContain("nobody_here");
    expect(box.output).not.toContain("do-not-log-me");
  });
});
