import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig as readL7 } from "../../../images/l7-router/src/config.ts";
import { readConfig as readL8 } from "../../../images/l8-analytics/src/config.ts";
import { ConfigError } from "../../../images/runtime/environment.ts";

let dir: string;
let good: Record<string, string>;
beforeAll(() => {
  dir = mkdtempSync("/tmp/dsmil-config-");
  mkdirSync(`${dir}/secrets`);
  writeFileSync(`${dir}/ca.crt`, "-----BEGIN CERTIFICATE-----\n");
  for (const name of ["redis_password", "postgres_password"]) writeFileSync(`${dir}/secrets/${name}`, "s3cr3t\n");
  good = { NODE_ID: "node-a", TENANT_ID: "ALPHA", CA_FILE: `${dir}/ca.crt`, SECRETS_DIR: `${dir}/secrets` };
});
afterAll(() => rmSync(dir, { recursive: true }));

function problems(variables: Record<string, string>): readonly string[] {
  try {
    readL8(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("a service's configuration", () => {
  it("has the defaults of the data fabric", () => {
    const config = readL8(good);
    expect(config).toMatchObject({
      batchSize: 500,
      pollTimeoutMs: 5000,
      shrinkUrl: "",
      shrinkPollMs: 1000,
      joinWindowMs: 10_000,
    });
    expect(config.identity).toMatchObject({ device: 52, layer: 8, tokenIdBase: 0x809c, tenant: "ALPHA" });
    expect(config.redis.user).toBe("alpha_writer");
    expect(config.postgres).toMatchObject({ user: "alpha_app", schema: "dsmil_alpha", database: "dsmil" });
    expect(JSON.stringify(config)).not.toContain("s3cr3t");
  });

  it("lists every bad key at once", () => {
    const bad = problems({
      ...good,
      TENANT_ID: "alpha",
      BATCH_SIZE: "0",
      POLL_TIMEOUT: "soon",
      SHRINK_URL: "ftp://x",
      REDIS_PORT: "70000",
      LOG_LEVEL: "loud",
      HOTPATH_DIR: "hot",
      SECRETS_DIR: `${dir}/nowhere`,
      CA_FILE: `${dir}/missing.crt`,
    });
    for (const key of [
      "TENANT_ID",
      "BATCH_SIZE",
      "POLL_TIMEOUT",
      "SHRINK_URL",
      "REDIS_PORT",
      "LOG_LEVEL",
      "HOTPATH_DIR",
      "redis_password",
      "postgres_password",
      "CA_FILE",
    ]) {
      expect(
        bad.filter((line) => line.startsWith(key)),
        key,
      ).not.toEqual([]);
    }
  });

  it("does not take another tenant's stream", () => {
    expect(problems({ ...good, REDIS_STREAM_L3_OUT: "BRAVO_L3_OUT" })).toEqual([
      'REDIS_STREAM_L3_OUT is "BRAVO_L3_OUT"; expected a key that starts with ALPHA_',
    ]);
  });

  it("names what is missing", () => {
    expect(problems({ ...good, NODE_ID: "" })).toEqual(["NODE_ID is not set; expected a node id such as node-a"]);
    expect(() => readL7({ NODE_ID: "node-b", WORKERS: "a b" })).toThrow(/WORKERS is "a b"/);
    const workers = [
      { device: 47, url: "http://10.212.1.27:8047" },
      { device: 44, url: "http://10.212.1.43:8044" },
    ];
    const given = workers.map(({ device, url }) => `${device}@${url}`).join(",");
    expect(readL7({ NODE_ID: "node-b", WORKERS: given })).toMatchObject({ workers });
    expect(readL7({ NODE_ID: "node-b" })).toMatchObject({
      ...{ workers: [], promptCheck: true },
      drainMs: 4000,
      apiKeysPollMs: 500,
      identity: { httpPort: 8001 },
    });
  });
});
