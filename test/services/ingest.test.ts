import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openNodeConnection } from "../../infra/cli/events/node-connection.ts";
import { Sender } from "../../infra/cli/events/sender.ts";
import { Fabric, until } from "./support/fabric.ts";
import { IngestProcess } from "./support/ingest-process.ts";
import { mixedLines } from "./support/lines.ts";

let fabric: Fabric;
let ingest: IngestProcess;
let started = 0;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterEach(async () => {
  await ingest.end("SIGKILL");
  await fabric.reset();
});
afterAll(() => fabric.stopAll());

/** A new ingest with an empty buffer. */
async function begin(changes: Readonly<Record<string, string>> = {}): Promise<void> {
  ingest = new IngestProcess(fabric, `ingest-${++started}`);
  await ingest.start(changes);
}

/** Sends lines in requests of 100; all must be acknowledged. */
async function sendAll(count: number): Promise<readonly string[]> {
  const lines = mixedLines(count);
  const ids = lines.map(() => randomUUID());
  for (let from = 0; from < count; from += 100) {
    const part = ids.slice(from, from + 100);
    expect((await ingest.send(lines.slice(from, from + 100), part)).status).toBe(202);
  }
  return ids;
}

async function archivedOnce(ids: readonly string[]): Promise<void> {
  await until(async () => (await fabric.count("events")) === ids.length, 60_000);
  await fabric.settled([], 60_000);
  const rows = await fabric.postgres.sql("select event_id::text as id from dsmil_alpha.events");
  expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
}

describe("lines that a node takes", () => {
  it("are buffered while Redis and PostgreSQL are away, and drain in order when they are back", async () => {
    await begin();
    for (const name of ["l4", "l8"] as const) await fabric.run(name);
    const before = await sendAll(300);
    await fabric.redis.down("SIGKILL");
    await fabric.postgres.down("SIGQUIT");
    const during = await sendAll(1500);
    await until(async () => Number((await ingest.health()).buffer_events) >= 1500);
    expect(await ingest.metric("dsmil_buffer_events")).toBeGreaterThanOrEqual(1500);
    expect(await ingest.metric("dsmil_buffer_bytes")).toBeGreaterThan(1500 * 100);
    expect((await ingest.health()).ingest).not.toBe("open");
    await Promise.all([fabric.redis.up(), fabric.postgres.up()]);
    await archivedOnce([...before, ...during]);
    const entries = await fabric.admin.xrange("ALPHA_L3_IN", "-", "+");
    const order = entries.map(([, [, event]]) => (JSON.parse(event ?? "") as { event_id: string }).event_id);
    // Those of before the crash may come again; of the others each comes once, as sent.
    expect(order.filter((id) => during.includes(id))).toEqual(during);
    expect((await ingest.health()).ingest).toBe("open");
    expect(await ingest.metric("dsmil_buffer_drained_total")).toBeGreaterThanOrEqual(1800);
  }, 120_000);

  it("survive that the process is killed while they wait", async () => {
    await begin();
    for (const name of ["l4", "l8"] as const) await fabric.run(name);
    await fabric.redis.down("SIGKILL");
    const ids = await sendAll(700);
    await ingest.end("SIGKILL");
    await ingest.start();
    expect((await ingest.health()).buffer_events).toBe(700);
    await fabric.redis.up();
    await archivedOnce(ids);
    expect(await fabric.admin.xlen("ALPHA_L3_IN")).toBe(700);
  }, 120_000);

  it("are archived once when the process is killed between append and delete", async () => {
    await begin();
    for (const name of ["l4", "l8"] as const) await fabric.run(name);
    const ids = await sendAll(400);
    await until(async () => (await ingest.health()).buffer_events === 0);
    expect(await ingest.metric("dsmil_buffer_bytes")).toBeGreaterThan(0);
    await ingest.end("SIGKILL");
    await ingest.start();
    await until(async () => (await fabric.admin.xlen("ALPHA_L3_IN")) === 800);
    await archivedOnce(ids);
    await until(async () => (await ingest.metric("dsmil_buffer_bytes")) === 0);
  }, 120_000);

  it("come again when Redis forgets what it took last", async () => {
    await begin();
    for (const name of ["l4", "l8"] as const) await fabric.run(name);
    const ids = await sendAll(200);
    await until(async () => (await ingest.health()).buffer_events === 0);
    await fabric.redis.down("SIGKILL");
    rmSync(`${fabric.dir}/redis/appendonlydir`, { recursive: true });
    await fabric.redis.up();
    await until(async () => String((await ingest.health()).ingest).includes("does not exist yet"));
    await fabric.makeStreams();
    await archivedOnce(ids);
  }, 120_000);

  it("are held back with 503 when the buffer is full, whole requests at a time", async () => {
    await begin({ BUFFER_MAX_BYTES: String(1024 * 1024) });
    await fabric.redis.down("SIGKILL");
    const line = `Nov 23 12:34:56 web-1 app[1]: ${"x".repeat(20_000)}`;
    const ids: string[] = [];
    for (;;) {
      const part = Array.from({ length: 10 }, () => randomUUID());
      const answer = await ingest.send(
        part.map(() => line),
        part,
      );
      if (answer.status === 202) {
        ids.push(...part);
        continue;
      }
      expect(answer).toMatchObject({ status: 503, retryAfter: "5", body: { error: { code: "buffer_full" } } });
      break;
    }
    expect(ids).toHaveLength(50);
    expect((await ingest.health()).buffer_events).toBe(50);
    expect((await ingest.health()).ingest).toBe("the buffer is full");
    await fabric.redis.up();
    await until(async () => (await ingest.metric("dsmil_buffer_bytes")) === 0);
    expect((await ingest.send([line], [randomUUID()])).status).toBe(202);
    expect(await fabric.admin.xlen("ALPHA_L3_IN")).toBeGreaterThanOrEqual(50);
  }, 60_000);

  it("are counted once where a request is repeated", async () => {
    await begin();
    await fabric.redis.down("SIGKILL");
    const id = randomUUID();
    expect((await ingest.send(["a line"], [id])).body).toEqual({ accepted: 1, known: 0 });
    expect((await ingest.send(["a line", "another"], [id, randomUUID()])).body).toEqual({ accepted: 2, known: 1 });
    expect((await ingest.health()).buffer_events).toBe(2);
  });
});

describe("bin/dsmil events send --through-node", () => {
  it("sends in parts that the ingest takes, waits while it is full, and gives up where it is refused", async () => {
    await begin({ BUFFER_MAX_BYTES: String(2 * 1024 * 1024) });
    await fabric.redis.down("SIGKILL");
    const events = (count: number, line: string) =>
      Array.from({ length: count }, (_, i) => {
        const payload = { format: "auto", source: "s", line, received_at: new Date().toISOString() };
        return { line: i + 1, id: randomUUID(), json: JSON.stringify({ payload }) };
      });
    const sender = (token: string): Sender =>
      new Sender({
        key: "ALPHA_L3_IN",
        open: async () => openNodeConnection(ingest.endpoint, token),
        patienceMs: 60_000,
      });
    const through = sender(ingest.token);
    await through.send(events(2500, "x"));
    expect((await ingest.health()).buffer_events).toBe(2500);
    const waits = through.send(events(40, "y".repeat(40_000)));
    await until(async () => (await ingest.health()).ingest === "the buffer is full");
    await fabric.redis.up();
    await waits;
    await until(async () => (await ingest.health()).buffer_events === 0, 60_000);
    expect(await fabric.admin.xlen("ALPHA_L3_IN")).toBeGreaterThanOrEqual(2540);
    through.close();
    const stranger = sender("wrong");
    await expect(stranger.send(events(1, "z"))).rejects.toThrow(/refused: ERR the ingest answers 401/);
    stranger.close();
  }, 120_000);
});

describe("who may send, and what", () => {
  it("is refused and audited without the tenant's token, which can be changed while it runs", async () => {
    await begin();
    expect((await ingest.post("{}", {})).status).toBe(401);
    expect((await ingest.send(["x"], [randomUUID()], "another")).status).toBe(401);
    const audit = (): string[] => ingest.log.join("\n").match(/"audit":true/g) ?? [];
    await until(async () => audit().length === 2);
    expect(ingest.log.join("\n")).not.toContain("another");
    ingest.setToken("another");
    expect((await ingest.send(["x"], [randomUUID()], "another")).status).toBe(202);
    expect((await ingest.send(["x"], [randomUUID()])).status).toBe(401);
  });

  it("takes nothing of a request with a wrong line, a body that is too large, or of another kind", async () => {
    await begin();
    const auth = { authorization: `Bearer ${ingest.token}` };
    const good = JSON.stringify({ line: "x", source: "s" });
    const code = async (text: string, headers = {}, path?: string) =>
      (await ingest.post(text, { ...auth, ...headers }, path)).body.error?.code;
    expect(await code(`${good}\n{"line":"x"}`)).toBe("invalid_line");
    expect(await code("")).toBe("empty");
    expect(await code(Array.from({ length: 2001 }, () => good).join("\n"))).toBe("too_many_lines");
    expect(await code("x".repeat(512 * 1024 + 1))).toBe("fst_err_ctp_body_too_large");
    expect(await code(good, { "content-type": "application/json" })).toBe("fst_err_ctp_invalid_media_type");
    expect(await code(good, {}, "/metrics")).toBe("not_found");
    expect(await fabric.admin.xlen("ALPHA_L3_IN")).toBe(0);
  });
});
