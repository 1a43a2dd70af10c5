import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import type { Container } from "../../infra/model/types.ts";
import { docker, eventually } from "./engine.ts";
import { QdrantRig } from "./qdrant-rig.ts";

const HOME = "/collections/alpha_events";

describe("dsmil-qdrant: data", () => {
  const qdrant = new QdrantRig(loadModel().containers.find((c) => c.service === "qdrant") as Container);
  const count = async (filter?: object): Promise<number> => {
    const result = await qdrant.admin("POST", `${HOME}/points/count`, { filter });
    return (result as { count: number }).count;
  };

  beforeAll(async () => {
    await qdrant.start();
    await qdrant.admin("PUT", HOME, { vectors: { size: 4, distance: "Cosine" }, on_disk_payload: true });
    const points = Array.from({ length: 50 }, (_, id) => ({
      id,
      vector: [1, id / 50, 0, 0],
      payload: {
        n: id,
        kind: id % 2 === 0 ? "even" : "odd",
        at: `2026-01-${String((id % 28) + 1).padStart(2, "0")}T00:00:00Z`,
      },
    }));
    await qdrant.admin("PUT", `${HOME}/points?wait=true`, { points });
  });
  afterAll(() => qdrant.dispose());

  it("shows a collection as Qdrant does", async () => {
    expect(await qdrant.admin("GET", HOME)).toMatchObject({
      status: "green",
      points_count: 50,
      config: { params: { vectors: { size: 4, distance: "Cosine" }, on_disk_payload: true } },
    });
    expect(await qdrant.admin("GET", "/collections/none/exists")).toEqual({ exists: false });
  });

  it("refuses a payload so deep that the engine could not read its log again", async () => {
    const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
    const put = (depth: number) =>
      qdrant.admin("PUT", `${HOME}/points?wait=true`, {
        points: [{ id: 900, vector: [0, 1, 0, 0], payload: nested(depth) }],
      });
    await put(20);
    await expect(put(130)).rejects.toThrow(/nested/);
    const set = { payload: { x: 1 }, points: [900], key: Array(130).fill("a").join(".") };
    await expect(qdrant.admin("POST", `${HOME}/points/payload?wait=true`, set)).rejects.toThrow(/key/);
    await qdrant.admin("POST", `${HOME}/points/delete?wait=true`, { points: [900] });
  });

  it("finds the nearest, with payload and vector as asked", async () => {
    const asked = { query: [1, 0, 0, 0], limit: 2, with_payload: ["n"], with_vector: false };
    expect(await qdrant.admin("POST", `${HOME}/points/query`, asked)).toMatchObject({
      points: [
        { id: 0, score: 1, payload: { n: 0 } },
        { id: 1, payload: { n: 1 } },
      ],
    });
    const byPoint = await qdrant.admin("POST", `${HOME}/points/query`, { query: 49, limit: 1 });
    expect(byPoint).toMatchObject({ points: [{ id: 49 }] });
    const search = await qdrant.admin("POST", `${HOME}/points/search`, { vector: [1, 0, 0, 0], limit: 1 });
    expect(search).toMatchObject([{ id: 0 }]);
  });

  it.each([
    [{ must: [{ key: "kind", match: { value: "even" } }] }, 25],
    [{ must_not: [{ key: "n", range: { gte: 10 } }] }, 10],
    [{ should: [{ has_id: [1, 2] }, { key: "n", match: { any: [7, 8] } }] }, 4],
    [{ must: [{ key: "n", match: { except: [0] } }] }, 49],
    [{ must: [{ is_empty: { key: "missing" } }] }, 50],
    [{ must: [{ key: "at", range: { lt: "2026-01-02T00:00:00Z" } }] }, 2],
    [{ min_should: { conditions: [{ has_id: [1] }, { key: "n", range: { lte: 1 } }], min_count: 2 } }, 1],
    [{ must: [{ must: [{ has_id: [3] }] }] }, 1],
  ])("filters by %j", async (filter, expected) => {
    expect(await count(filter)).toBe(expected);
  });

  it("scrolls through everything once", async () => {
    const seen: number[] = [];
    for (let offset: unknown = null; offset !== undefined; ) {
      const page = (await qdrant.admin("POST", `${HOME}/points/scroll`, { limit: 20, offset })) as {
        points: { id: number }[];
        next_page_offset: unknown;
      };
      seen.push(...page.points.map((point) => point.id));
      offset = page.next_page_offset ?? undefined;
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, id) => id));
  });

  it.each<[string, string, string, unknown, number]>([
    ["JSON that is none", "POST", "/points/count", "{", 400],
    ["a body that is no object", "POST", "/points/count", [], 400],
    ["a vector of another size", "PUT", "/points", { points: [{ id: 1, vector: [1] }] }, 400],
    ["numbers that are none", "PUT", "/points", '{"points":[{"id":1,"vector":[NaN,0,0,0]}]}', 400],
    ["an id that is none", "PUT", "/points", { points: [{ id: "x", vector: [1, 0, 0, 0] }] }, 400],
    ["an unknown condition", "POST", "/points/count", { filter: { must: [{ key: "a", geo_radius: {} }] } }, 400],
    ["a limit out of range", "POST", "/points/scroll", { limit: 0 }, 400],
    ["a collection that exists", "PUT", "", { vectors: { size: 4, distance: "Dot" } }, 409],
    ["a point that does not exist", "GET", "/points/999", undefined, 404],
    ["a method that does not fit", "DELETE", "/points", undefined, 405],
    ["a snapshot", "POST", "/snapshots", undefined, 501],
  ])("answers %s with its status", async (_, method, path, body, status) => {
    const answer = await qdrant.ask(method, HOME + path, { "api-key": qdrant.key }, body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json.status).toEqual({ error: expect.any(String) as string });
  });

  it("refuses names that lead out of the data folder, and bodies that are too large", async () => {
    const body = { vectors: { size: 2, distance: "Dot" } };
    for (const name of ["..", "..%2Fx", ".hidden", "a%2Fb", "a%00b"]) {
      const answer = await qdrant.ask("PUT", `/collections/${name}`, { "api-key": qdrant.key }, body);
      expect([400, 404], name).toContain(answer.status);
    }
    const headers = { "api-key": qdrant.key, "content-length": String(64 << 20) };
    expect((await qdrant.ask("POST", `${HOME}/points/count`, headers)).status).toBe(413);
  });

  it("writes from many sides at once", async () => {
    await qdrant.admin("PUT", "/collections/busy", { vectors: { size: 2, distance: "Dot" } });
    const writes = Array.from({ length: 100 }, (_, id) =>
      qdrant.admin("PUT", "/collections/busy/points", { points: [{ id, vector: [id, 1] }] }),
    );
    await Promise.all(writes);
    expect(await qdrant.admin("POST", "/collections/busy/points/count", {})).toEqual({ count: 100 });
    expect(await qdrant.admin("DELETE", "/collections/busy")).toBe(true);
  });

  it("serves others while a client is silent", async () => {
    const port = await qdrant.rig.port(6333);
    const silent = Array.from({ length: 20 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    const started = performance.now();
    await qdrant.admin("GET", "/collections");
    expect(performance.now() - started).toBeLessThan(2000);
    for (const socket of silent) socket.destroy();
  });

  it("keeps every acknowledged write when it is killed, waited for or not", async () => {
    await qdrant.admin("PUT", `${HOME}/points`, { points: [{ id: 100, vector: [0, 1, 0, 0] }] });
    await qdrant.admin("POST", `${HOME}/points/delete`, { points: [0] });
    await qdrant.admin("PUT", `${HOME}/index?wait=true`, { field_name: "kind", field_schema: "keyword" });
    await qdrant.admin("PUT", "/collections/second", { vectors: { a: { size: 2, distance: "Euclid" } } });
    await qdrant.rig.crash();
    await qdrant.up();
    expect(await count()).toBe(50);
    expect(await qdrant.admin("GET", `${HOME}/points/100`)).toMatchObject({ id: 100, vector: [0, 1, 0, 0] });
    expect(await qdrant.admin("GET", HOME)).toMatchObject({ payload_schema: { kind: { data_type: "keyword" } } });
    expect(await qdrant.admin("GET", "/collections/second")).toMatchObject({
      config: { params: { vectors: { a: { size: 2, distance: "Euclid" } } } },
    });
    expect(await qdrant.admin("DELETE", "/collections/second")).toBe(true);
  });

  it("takes new certificates and a new key without a restart", async () => {
    const started = await docker(["inspect", "-f", "{{.State.StartedAt}}", qdrant.rig.name]);
    const old = qdrant.key;
    qdrant.key = "the-next-administrators-key-9876";
    await qdrant.writeKey(qdrant.key);
    await qdrant.certificates();
    expect((await qdrant.rig.exec(["/usr/local/bin/reload"])).code).toBe(0);
    await eventually("new key", () => qdrant.admin("GET", "/collections"));
    expect((await qdrant.ask("GET", "/collections", { "api-key": old })).status).toBe(401);
    expect(await docker(["inspect", "-f", "{{.State.StartedAt}}", qdrant.rig.name])).toBe(started);
  });

  it("ends in order", async () => {
    expect(await qdrant.rig.stop()).toBe(0);
  });
});
