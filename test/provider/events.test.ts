import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openAppendConnection } from "../../infra/cli/events/append-connection.ts";
import { countArchive } from "../../infra/cli/events/archive.ts";
import { Backlog } from "../../infra/cli/events/backlog.ts";
import { countEvents } from "../../infra/cli/events/count.ts";
import { eventId } from "../../infra/cli/events/event-id.ts";
import { sendFile } from "../../infra/cli/events/send.ts";
import { tailEvents } from "../../infra/cli/events/tail.ts";
import type { Fleet } from "../../infra/cli/stores/fleet.ts";
import { connectPostgres } from "../../infra/cli/stores/postgres-client.ts";
import { connectRedis } from "../../infra/cli/stores/redis-client.ts";
import { loadModel } from "../../infra/model/load.ts";
import { startTenantStores, type TenantStores } from "./tenants.ts";

const model = loadModel(resolve(import.meta.dirname, "../../manifest.yaml"));
const folder = mkdtempSync(join(tmpdir(), "dsmil-events-"));
let stores: TenantStores;
let fleet: Fleet;

beforeAll(async () => {
  stores = await startTenantStores(model);
  const data = {
    caCert: stores.redis.ca,
    rootPublicKey: "",
    rootSeed: "",
    certificates: {},
    serverCertificates: {},
    auditPasswords: {},
    policies: {},
    monitoring: { clientsCa: "", operator: { cert: "", key: "" }, self: { cert: "", key: "" } },
    audit: { readerPassword: "" },
    tenants: stores.secrets,
    modelSignatures: {},
  };
  fleet = { root: folder, model, data, endpoints: stores.endpoints };
});
afterAll(async () => {
  await stores.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await stores.redisAdmin("XTRIM", "ALPHA_L3_IN", "MAXLEN", "0");
  await stores.sql("delete from dsmil_alpha.events; delete from dsmil_alpha.rejects");
});

/** What a command prints on stdout. */
async function printed(work: () => Promise<void>): Promise<{ out: string; error?: Error }> {
  let out = "";
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, "write").mockImplementation(() => true),
  ];
  try {
    await work();
    return { out };
  } catch (error) {
    return { out, error: error as Error };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function file(name: string, lines: number): string {
  const path = join(folder, name);
  writeFileSync(path, Array.from({ length: lines }, (_, i) => `{"event_type":"alert","n":${i + 1}}\n`).join(""));
  return path;
}

/** Ids in the stream, in order. */
async function ids(): Promise<string[]> {
  const entries = (await stores.redisAdmin("XRANGE", "ALPHA_L3_IN", "-", "+")) as [string, string[]][];
  return entries.map(([, fields]) => (JSON.parse(fields[1] ?? "{}") as { event_id: string }).event_id);
}

/** Stands in for layer 3 and the archive: takes events from the stream by a real reader's rights. */
async function archive(limit = Number.POSITIVE_INFINITY): Promise<void> {
  for (const id of (await ids()).slice(0, limit)) {
    await stores.sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, raw)
      values ('${id}', now(), now(), 's', 'C', 'LOW', '{}') on conflict do nothing`);
  }
}

describe("events send", () => {
  it("puts every line on the tenant's stream once, under the ids of its run", async () => {
    const { out } = await printed(() =>
      sendFile(fleet, file("a.json", 1234), { tenant: "alpha", format: "auto", run: "r1", json: true }),
    );
    expect(JSON.parse(out)).toMatchObject({
      tenant: "alpha",
      run: "r1",
      lines: 1234,
      sent: 1234,
      resent: 0,
      interrupted: false,
    });
    expect(await ids()).toEqual(Array.from({ length: 1234 }, (_, i) => eventId("alpha", "r1", i + 1)));
  });

  it("loses none when Redis is killed in the middle, twice", async () => {
    const sending = printed(() =>
      sendFile(fleet, file("b.json", 6000), { tenant: "alpha", format: "auto", run: "r2", rate: 2000, json: true }),
    );
    for (const after of [700, 1500]) {
      await new Promise((done) => setTimeout(done, after));
      const pid = execFileSync("pgrep", ["-f", `redis-server 127.0.0.1:${stores.redis.port}`])
        .toString()
        .trim();
      process.kill(Number(pid), "SIGKILL");
      await new Promise((done) => setTimeout(done, 400));
      await stores.redis.restart();
    }
    const { out, error } = await sending;
    expect(error).toBeUndefined();
    expect(JSON.parse(out)).toMatchObject({ sent: 6000 });
    expect(new Set(await ids())).toEqual(
      new Set(Array.from({ length: 6000 }, (_, i) => eventId("alpha", "r2", i + 1))),
    );
  }, 60_000);

  it("waits until all are archived", async () => {
    const sending = printed(() =>
      sendFile(fleet, file("c.json", 40), { tenant: "alpha", format: "auto", run: "r3", waitSeconds: 20, json: true }),
    );
    await vi.waitFor(async () => expect(await ids()).toHaveLength(40), 10_000);
    await archive();
    const { out, error } = await sending;
    expect(error).toBeUndefined();
    expect(JSON.parse(out)).toMatchObject({ archived: 40, distinct: 40, rejected: 0, missing: 0, missingLines: [] });
  });

  it("says which lines are missing when the time is over", async () => {
    const sending = printed(() =>
      sendFile(fleet, file("d.json", 10), { tenant: "alpha", format: "auto", run: "r4", waitSeconds: 3, json: true }),
    );
    await vi.waitFor(async () => expect(await ids()).toHaveLength(10), 10_000);
    await archive(7);
    const { out, error } = await sending;
    expect(error).toMatchObject({ code: 1 });
    expect(JSON.parse(out)).toMatchObject({ archived: 7, missing: 3, missingLines: [8, 9, 10] });
  });

  it("names a tenant or file that is not there", async () => {
    const send = (tenant: string, path: string) => printed(() => sendFile(fleet, path, { tenant, format: "auto" }));
    expect((await send("delta", file("e", 1))).error?.message).toMatch(
      /no tenant "delta": the manifest has alpha, bravo/,
    );
    expect((await send("alpha", "/nowhere")).error?.message).toMatch(/\/nowhere: no such file/);
  });

  it("does not trust a server with another certificate", async () => {
    const endpoint = { ...(await stores.endpoints.get("redis")), servername: "other.dsmil.local" };
    const login = { user: "alpha_ingest", password: stores.secrets.alpha?.redis.ingest ?? "" };
    await expect(connectRedis(endpoint, login)).rejects.toThrow(/altnames|does not match/i);
    const wrong = { ...(await stores.endpoints.get("redis")), ca: stores.postgres.ca };
    await expect(connectRedis(wrong, login)).rejects.toThrow(/certificate/i);
    const db = { ...(await stores.endpoints.get("postgres")), servername: "other.dsmil.local" };
    await expect(connectPostgres(db, { user: "alpha_reader", password: "x", database: "dsmil" })).rejects.toThrow(
      /altnames|does not match/i,
    );
  });

  it("says that a password is wrong, not that the connection closed", async () => {
    const login = { user: "alpha_ingest", password: "wrong" };
    await expect(connectRedis(await stores.endpoints.get("redis"), login)).rejects.toThrow(/^WRONGPASS/);
  });

  it("makes no stream that nobody reads", async () => {
    const connection = await openAppendConnection(stores.endpoints, {
      user: "alpha_writer",
      password: stores.secrets.alpha?.redis.writer ?? "",
    });
    const [reply] = await connection.append("ALPHA_NO_SUCH", [{ line: 1, id: "x", json: "{}" }]);
    connection.close();
    expect(reply).toMatchObject({ message: "stream ALPHA_NO_SUCH does not exist yet" });
    expect(await stores.redisAdmin("EXISTS", "ALPHA_NO_SUCH")).toBe(0);
  });

  it("knows how far the readers are behind", async () => {
    const backlog = new Backlog(stores.endpoints, {
      user: "alpha_reader",
      password: stores.secrets.alpha?.redis.reader ?? "",
    });
    const before = (await backlog.of("ALPHA_L3_IN")) ?? 0;
    await printed(() => sendFile(fleet, file("f", 25), { tenant: "alpha", format: "auto" }));
    expect(await backlog.of("ALPHA_L3_IN")).toBe(before + 25);
    expect(await backlog.of("BRAVO_L3_IN")).toBeUndefined();
    backlog.close();
  });
});

describe("events count and tail", () => {
  it("counts a run by its range, and the rest beside it", async () => {
    await printed(() => sendFile(fleet, file("g", 5), { tenant: "alpha", format: "auto", run: "g1" }));
    await printed(() => sendFile(fleet, file("g", 5), { tenant: "alpha", format: "auto", run: "g2" }));
    await archive(8);
    await stores.sql(
      `insert into dsmil_alpha.rejects (reject_id, reason, received_at) values ('${eventId("alpha", "g2", 4)}', 'x', now())`,
    );
    expect(await countEvents(fleet, "alpha", "g2")).toMatchObject({ run: "g2", archived: 3, distinct: 3, rejected: 1 });
    expect(await countEvents(fleet, "alpha", undefined)).toMatchObject({
      archived: 8,
      rejected: 1,
      streams: { ALPHA_L3_IN: 10 },
    });
  });

  it("uses the primary key for a run", async () => {
    const login = { user: "alpha_reader", password: stores.secrets.alpha?.postgres.reader ?? "", database: "dsmil" };
    const client = await connectPostgres(await stores.endpoints.get("postgres"), login);
    let plan = "";
    try {
      // Enough rows that reading all of them is dearer.
      await stores.sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, raw)
        select gen_random_uuid(), now(), now(), 's', 'C', 'LOW', '{}' from generate_series(1, 5000)`);
      await stores.sql("analyze dsmil_alpha.events");
      const explain = {
        query: async (text: string, values: string[]) => {
          const quoted = text.replaceAll(/\$(\d)/g, (_, n: string) => `'${values[Number(n) - 1]}'`);
          plan = JSON.stringify((await client.query(`explain ${quoted}`)).rows);
          return { rows: [] };
        },
      };
      await countArchive(explain as never, "dsmil_alpha", { tenant: "alpha", run: "g1" });
    } finally {
      await client.end();
    }
    expect(plan.match(/events_pkey/g)).toHaveLength(2);
  });

  it("shows the latest, oldest first, and those that come", async () => {
    const add = (n: number) =>
      stores.redisAdmin(
        "XADD",
        "ALPHA_SOC_EVENTS",
        "*",
        "event",
        JSON.stringify({ severity: "HIGH", payload: { line: `event ${n}` } }),
      );
    for (const n of [1, 2, 3]) await add(n);
    const last = await printed(() =>
      tailEvents(fleet, { tenant: "alpha", limit: 2, json: true }, new AbortController().signal),
    );
    const lines = (out: string): string[] =>
      out
        .trim()
        .split("\n")
        .map((l) => (JSON.parse(l) as { payload: { line: string } }).payload.line);
    expect(lines(last.out)).toEqual(["event 2", "event 3"]);
    const stop = new AbortController();
    const following = printed(() =>
      tailEvents(fleet, { tenant: "alpha", limit: 1, json: true, follow: true }, stop.signal),
    );
    await new Promise((done) => setTimeout(done, 500));
    await add(4);
    await new Promise((done) => setTimeout(done, 500));
    stop.abort();
    expect(lines((await following).out)).toEqual(["event 3", "event 4"]);
  });
});
