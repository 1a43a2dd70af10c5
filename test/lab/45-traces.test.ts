import { afterAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import type { Search } from "../../infra/cli/traces/search.ts";
import { postgres } from "../../infra/provider/stores/postgres.ts";
import { redis } from "../../infra/provider/stores/redis.ts";
import { dsmil, dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk } from "./harness/fleet.ts";

const sql = (text: string): Promise<unknown> =>
  postgres.use(lookingContext(), "node-c", (pool) => pool.query(text), "dsmil");
const redisAdmin = (...[name = "", ...args]: string[]): Promise<unknown> =>
  redis.use(lookingContext(), "node-c", (client) => client.call(name, ...args));

async function traces(name: string): Promise<{ code: number; search: Search }> {
  const { code, stdout, stderr } = await dsmil("traces", name, "--json");
  if (stdout === "") throw new Error(`traces printed nothing: ${stderr}`);
  return { code, search: JSON.parse(stdout) as Search };
}

afterAll(async () => {
  await Promise.all([redis.close(), postgres.close()]);
  await closeConnections();
});

describe("traces", () => {
  it("finds a living tenant in every kind of place", async () => {
    const { code, search } = await traces("alpha");
    expect(code).toBe(1);
    const found = new Set(search.traces.map((t) => t.place));
    for (const place of [
      "redis on node-c",
      "postgres on node-c",
      "qdrant on node-c",
      "engine on node-a",
      "files on node-a",
      "files on node-b",
      "stack node-a",
      "stack node-b",
      "stack node-c",
    ]) {
      expect(found).toContain(place);
    }
  });

  it("finds nothing of a tenant that never was, after looking everywhere", async () => {
    const { code, search } = await traces("zulu");
    expect(search).toMatchObject({ traces: [], unsearched: [] });
    expect([code, search.searched.length]).toEqual([0, 12]);
  });

  it("finds each single thing that was left behind", async () => {
    const leftovers: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ["key ZULU_L3_IN", () => redisAdmin("SET", "ZULU_L3_IN", "1"), () => redisAdmin("DEL", "ZULU_L3_IN")],
      [
        "user zulu_reader",
        () => redisAdmin("ACL", "SETUSER", "zulu_reader"),
        () => redisAdmin("ACL", "DELUSER", "zulu_reader"),
      ],
      ["role zulu_app", () => sql("create role zulu_app"), () => sql("drop role zulu_app")],
      ["schema dsmil_zulu", () => sql("create schema dsmil_zulu"), () => sql("drop schema dsmil_zulu")],
      [
        "volume dsmil-hotpath-zulu",
        () => onNodeOk("node-a", "docker", "volume", "create", "dsmil-hotpath-zulu"),
        () => onNodeOk("node-a", "docker", "volume", "rm", "dsmil-hotpath-zulu"),
      ],
      [
        "volume odd",
        () => onNodeOk("node-b", "docker", "volume", "create", "--label", "dsmil.tenant=zulu", "odd"),
        () => onNodeOk("node-b", "docker", "volume", "rm", "odd"),
      ],
      [
        "/etc/dsmil/tenants/zulu",
        () => onNodeOk("node-a", "mkdir", "-p", "/etc/dsmil/tenants/zulu"),
        () => onNodeOk("node-a", "rmdir", "/etc/dsmil/tenants/zulu"),
      ],
      [
        "named in /etc/dsmil/left.conf",
        () => onNodeOk("node-b", "sh", "-c", "echo user=ZULU > /etc/dsmil/left.conf"),
        () => onNodeOk("node-b", "rm", "/etc/dsmil/left.conf"),
      ],
    ];
    for (const [, make] of leftovers) await make();
    try {
      const { code, search } = await traces("zulu");
      expect(code).toBe(1);
      expect(search.traces.map((t) => t.what).sort()).toEqual(leftovers.map(([what]) => what).sort());
    } finally {
      for (const [, , remove] of leftovers) await remove();
    }
    expect((await traces("zulu")).code).toBe(0);
  });

  it("refuses what is no tenant's name", async () => {
    const { code, stderr } = await dsmil("traces", "a.*");
    expect([code, stderr]).toEqual([1, expect.stringContaining("no tenant id")]);
  });
});

describe("tenant", () => {
  it("shows what belongs to one, and no secret", async () => {
    const key = (await dsmilOk("tenant", "key", "alpha")).stdout.trim();
    expect(key).toMatch(/^sk-alpha-[A-Za-z0-9]{40}$/);
    const shown = (await dsmilOk("tenant", "show", "alpha", "--json")).stdout;
    expect(shown).not.toContain(key);
    expect(JSON.parse(shown)).toMatchObject({ id: "alpha", postgres: { schema: "dsmil_alpha" } });
  });
});
