import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../../infra/model/load.ts";
import type {
  PostgresMetricsReaderInputs as Inputs,
  PostgresMetricsReaderState as State,
} from "../../../infra/provider/resources/postgres-metrics-reader/args.ts";
import { postgresMetricsReaderOn } from "../../../infra/provider/resources/postgres-metrics-reader/handler.ts";
import { contractSuite } from "../contract.ts";
import { scrapeOnce } from "./exporter.ts";
import { postgresRig } from "./postgres-rig.ts";

const rig = postgresRig();
const { drift, sql } = rig;
const handler = postgresMetricsReaderOn(rig.store);
const READER = "dsmil_metrics_reader";
const PASSWORD = "Metrics-Password-0123456789";
const inputs = (password = PASSWORD): Inputs => ({ node: "node-c", database: "dsmil", password, drift: {} });

contractSuite<Inputs, State>({
  name: "PostgresMetricsReader",
  handler,
  connect: (node) => rig.server.connect(node),
  setup: rig.start,
  teardown: rig.stop,
  inputs,
  changed: () => inputs("Another-Password-0123456789"),
  changedPaths: ["password"],
  drifts: [
    drift(`REVOKE pg_monitor FROM ${READER}`, `member ${READER} in pg_monitor`),
    drift(`GRANT pg_read_all_data TO ${READER}`, `member ${READER} in pg_read_all_data`),
    drift(`GRANT pg_monitor TO ${READER} WITH ADMIN OPTION`, `member ${READER} in pg_monitor`),
    drift(`ALTER ROLE ${READER} SUPERUSER`, `role ${READER}`),
    drift(`ALTER ROLE ${READER} NOINHERIT`, `role ${READER}`),
    drift(`ALTER ROLE ${READER} PASSWORD 'stolen'`, `password ${READER}`),
    drift("DROP SCHEMA dsmil_metrics", "schema dsmil_metrics"),
  ],
  fingerprint: rig.fingerprint,
  gone: async () => (await sql("SELECT 1 FROM pg_roles WHERE rolname LIKE '%metrics%'")).length === 0,
  async works(given) {
    await rig.as(READER, given.password, (client) => client.query("SELECT * FROM pg_stat_activity"));
  },
  importWithout: ["password"],
});

describe("PostgreSQL's exporter", () => {
  const own = postgresRig();
  beforeAll(own.start, 60_000);
  afterAll(own.stop);

  it("has the server's figures by a login that reads no row and makes nothing", async () => {
    await postgresMetricsReaderOn(own.store).reconcile(inputs(), undefined, own.context());
    await own.sql("CREATE SCHEMA dsmil_alpha; CREATE TABLE dsmil_alpha.events (line text)");
    for (const statement of [
      "SELECT * FROM dsmil_alpha.events",
      "CREATE TABLE dsmil_metrics.mine (a int)",
      "CREATE TABLE public.mine (a int)",
      "SELECT pg_read_file('/etc/passwd')",
      "COPY (SELECT 1) TO PROGRAM 'true'",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dsmil_admin'",
    ]) {
      await expect(
        own.as(READER, PASSWORD, (client) => client.query(statement)),
        statement,
      ).rejects.toThrow(/permission denied|must be |not permitted/);
    }
    const plan = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml")).containers.find(
      ({ service }) => service === "postgres-exporter",
    );
    const password = `${own.server.dir}/exporter-password`;
    const authority = `${own.server.dir}/exporter-ca.crt`;
    writeFileSync(password, PASSWORD);
    writeFileSync(authority, own.server.ca);
    const uri = plan?.env.DATA_SOURCE_URI?.replace(/^[^/]+/, `localhost:${own.server.port}`).replace(
      /sslrootcert=[^&]+/,
      `sslrootcert=${authority}`,
    );
    const { body, log } = await scrapeOnce(
      "postgres",
      (port) => (plan?.command ?? []).map((flag) => flag.replace(/0\.0\.0\.0:\d+/, `127.0.0.1:${port}`)),
      {
        DATA_SOURCE_URI: uri ?? "",
        DATA_SOURCE_USER: plan?.env.DATA_SOURCE_USER ?? "",
        DATA_SOURCE_PASS_FILE: password,
      },
    );
    expect(body).toMatch(/^pg_up 1$/m);
    expect(body).toMatch(/^pg_stat_database_numbackends\{.*datname="dsmil"/m);
    expect(body).toMatch(/^pg_settings_max_connections\{/m);
    expect(body).toMatch(/^pg_exporter_last_scrape_error 0$/m);
    expect(log).not.toContain(PASSWORD);
  }, 60_000);
});
