import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { streamsOf } from "../../../infra/model/names.ts";
import { tenantRedisUsers } from "../../../infra/model/redis-users.ts";
import { UNKNOWN } from "../../../infra/provider/handler.ts";
import type { RedisAclUsersState, RedisUser } from "../../../infra/provider/resources/redis-acl-users/args.ts";
import { redisAclUsersOn } from "../../../infra/provider/resources/redis-acl-users/handler.ts";
import { redisStore } from "../../../infra/provider/stores/redis.ts";
import { recordedContext } from "../context.ts";
import { contractSuite } from "../contract.ts";
import { type LocalServer, startRedis } from "./servers.ts";

let server: LocalServer;
const store = redisStore();
const handler = redisAclUsersOn(store);
const context = () => recordedContext((node) => server.connect(node));
const admin = <T>(work: (client: Redis) => Promise<T>): Promise<T> => store.use(context(), "node-c", work);
const acl = (...args: string[]): Promise<unknown> => admin((client) => client.call("ACL", ...args));

const passwordOf = (name: string): string => `${name}-Password-0123456789`;
function inputsOf(tenant: string): RedisAclUsersState {
  const users = tenantRedisUsers({ id: tenant, streams: streamsOf(tenant) });
  return { node: "node-c", tenant, users: users.map((user) => ({ ...user, password: passwordOf(user.name) })) };
}

/** A connection as a service opens it. */
async function login(username: string, password = passwordOf(username)): Promise<Redis> {
  const client = new Redis({
    port: server.port,
    host: "127.0.0.1",
    tls: { ca: server.ca, servername: "redis.dsmil.local" },
    username,
    password,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  let last: unknown;
  client.on("error", (error) => {
    last = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw last ?? error;
  }
  return client;
}

async function tryUsers(users: RedisAclUsersState["users"]): Promise<void> {
  for (const { name, password } of users) (await login(name, password)).disconnect();
}

async function userNames(): Promise<string[]> {
  return ((await acl("USERS")) as string[]).filter((name) => !["default", "dsmil_admin"].includes(name));
}

contractSuite<RedisAclUsersState, RedisAclUsersState>({
  name: "RedisAclUsers",
  handler,
  connect: (node) => server.connect(node),
  setup: async () => {
    server = await startRedis();
  },
  teardown: async () => {
    await store.close();
    await server.stop();
  },
  inputs: () => inputsOf("alpha"),
  changed: () => {
    const change = (user: RedisUser): RedisUser => {
      if (user.name === "alpha_reader") return { ...user, rules: "-@all +ping +auth +hello +xlen %R~ALPHA_*" };
      return user.name === "alpha_ingest" ? { ...user, password: "Another-Password-0123" } : user;
    };
    return { ...inputsOf("alpha"), users: inputsOf("alpha").users.map(change) };
  },
  changedPaths: ['users["alpha_reader"].rules', 'users["alpha_ingest"].password'],
  drifts: [
    {
      name: "a loosened user",
      break: async () => void (await acl("SETUSER", "alpha_reader", "~*", "+set")),
      paths: ['users["alpha_reader"].rules'],
    },
    {
      name: "a loosened selector",
      break: async () => void (await acl("SETUSER", "alpha_writer", "(~BRAVO_* +xread)")),
      paths: ['users["alpha_writer"].rules'],
    },
    {
      name: "channels opened",
      break: async () => void (await acl("SETUSER", "alpha_writer", "allchannels", "+publish")),
      paths: ['users["alpha_writer"].rules'],
    },
    {
      name: "a second password",
      break: async () => void (await acl("SETUSER", "alpha_reader", ">stolen")),
      paths: ['users["alpha_reader"].password'],
    },
    {
      name: "a password no longer asked for",
      break: async () => void (await acl("SETUSER", "alpha_ingest", "nopass")),
      paths: ['users["alpha_ingest"].password'],
    },
    {
      name: "a disabled user",
      break: async () => void (await acl("SETUSER", "alpha_writer", "off")),
      paths: ['users["alpha_writer"].rules'],
    },
    {
      name: "a deleted user",
      break: async () => void (await acl("DELUSER", "alpha_reader")),
      paths: ['users["alpha_reader"]'],
    },
    {
      name: "an extra user",
      break: async () => void (await acl("SETUSER", "alpha_backdoor", "on", ">x", "~*", "+@all")),
      paths: ['users["alpha_backdoor"]'],
    },
    {
      name: "all users gone",
      break: async () => void (await acl("DELUSER", "alpha_reader", "alpha_writer", "alpha_ingest")),
    },
  ],
  fingerprint: async () => ({
    list: await acl("LIST"),
    file: readFileSync(join(server.dir, "users.acl"), "utf8"),
  }),
  gone: async () => (await userNames()).length === 0,
  works: (inputs) => tryUsers(inputs.users),
  importWithout: ["users"],
});

describe("RedisAclUsers on a server", () => {
  beforeAll(async () => {
    server = await startRedis();
    await handler.reconcile(inputsOf("alpha"), undefined, context());
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  it("leaves other tenants' connections alone", async () => {
    const bravo = inputsOf("bravo");
    await handler.reconcile(bravo, undefined, context());
    const client = await login("bravo_writer");
    const id = await client.client("ID");
    const blocked = client.xread("BLOCK", 0, "STREAMS", "BRAVO_L3_IN", "$");
    await acl("SETUSER", "alpha_reader", "~*");
    await handler.reconcile(inputsOf("alpha"), inputsOf("alpha"), context());
    await handler.remove("", inputsOf("alpha"), context());
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    const poster = await login("bravo_ingest");
    await poster.xadd("BRAVO_L3_IN", "*", "event", "1");
    expect(await blocked).toHaveLength(1);
    expect(await client.client("ID")).toBe(id);
    client.disconnect();
    poster.disconnect();
    await handler.remove("", bravo, context());
    await admin((c) => c.del("BRAVO_L3_IN"));
  });

  it("cuts off a blocked read that outlived its right", async () => {
    await acl("SETUSER", "alpha_reader", "~BRAVO_*");
    const client = await login("alpha_reader");
    const blocked = client.xread("BLOCK", 0, "STREAMS", "BRAVO_SECRET", "$").then(
      () => "read it",
      () => "cut off",
    );
    await handler.reconcile(inputsOf("alpha"), inputsOf("alpha"), context());
    await admin((c) => c.xadd("BRAVO_SECRET", "*", "event", "1"));
    expect(await blocked).toBe("cut off");
    await admin((c) => c.del("BRAVO_SECRET"));
  });

  it("keeps connections through a planned new password", async () => {
    const old = inputsOf("alpha");
    const client = await login("alpha_writer");
    const users = old.users.map((user) => ({ ...user, password: `${user.password}-2` }));
    await handler.reconcile({ ...old, users }, old, context());
    expect(await client.xlen("ALPHA_L3_IN")).toBe(0);
    client.disconnect();
    await expect(login("alpha_writer")).rejects.toThrow(/WRONGPASS/);
    await tryUsers(users);
    await handler.reconcile(old, { ...old, users }, context());
  });

  it("survives a restart of the server, found again without a write", async () => {
    await server.restart();
    expect(await handler.read("", inputsOf("alpha"), context())).toEqual(inputsOf("alpha"));
    const ctx = context();
    await handler.reconcile(inputsOf("alpha"), inputsOf("alpha"), ctx);
    expect(ctx.steps).toEqual([]);
  });

  it("sends hashes, never passwords, and leaves no probe behind", async () => {
    const sent: string[] = [];
    const monitor = await admin((client) => client.monitor());
    monitor.on("monitor", (_time: string, args: string[]) => sent.push(args.join(" ")));
    await acl("SETUSER", "alpha_reader", "~*");
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await admin((client) => client.ping());
    monitor.disconnect();
    for (const { name } of inputsOf("alpha").users) expect(sent.join("\n")).not.toContain(passwordOf(name));
    expect((await userNames()).toSorted()).toEqual(["alpha_ingest", "alpha_reader", "alpha_writer"]);
    const file = readFileSync(join(server.dir, "users.acl"), "utf8");
    expect(file).toContain(createHash("sha256").update(passwordOf("alpha_writer")).digest("hex"));
  });

  it("names the user whose rules the server does not take, and changes nothing", async () => {
    const inputs = inputsOf("alpha");
    const users = inputs.users.map((u) => (u.name === "alpha_reader" ? { ...u, rules: "-@all +nonsense" } : u));
    const before = await acl("LIST");
    await expect(handler.reconcile({ ...inputs, users }, inputs, context())).rejects.toThrow(
      /users\["alpha_reader"\]\.rules: Redis does not take them: .*nonsense/,
    );
    expect(await acl("LIST")).toEqual(before);
  });

  it("imports users in the server's words, without passwords", async () => {
    const found = await handler.read("node-c/redis/alpha", undefined, context());
    expect(found?.users.map(({ name, password }) => [name, password])).toEqual([
      ["alpha_ingest", ""],
      ["alpha_reader", ""],
      ["alpha_writer", ""],
    ]);
    expect(found?.users[0]?.rules).toContain("%W~ALPHA_L3_IN");
    await expect(handler.read("node-c/alpha", undefined, context())).rejects.toThrow(/node-c\/redis\/alpha/);
  });

  it("reports a store that is down instead of guessing", async () => {
    await store.close();
    server.running = false;
    const ctx = context();
    expect(await handler.read("", inputsOf("alpha"), ctx)).toEqual(inputsOf("alpha"));
    expect(ctx.warnings).toEqual([expect.stringMatching(/Redis on node-c: container dsmil-redis is stopped/)]);
    server.running = true;
  });

  it("serves 20 tenants at flat cost", async () => {
    const tenants = Array.from({ length: 20 }, (_, i) => inputsOf(`many${i}`));
    const times: number[] = [];
    for (const inputs of tenants) {
      await handler.reconcile(inputs, undefined, context());
      const runs: number[] = [];
      for (let n = 0; n < 5; n++) {
        const start = performance.now();
        await handler.read("", inputs, context());
        runs.push(performance.now() - start);
      }
      times.push(Math.min(...runs));
    }
    const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;
    console.log(
      `read: first tenants ${median(times.slice(0, 5)).toFixed(2)} ms, last ${median(times.slice(-5)).toFixed(2)} ms`,
    );
    expect(median(times)).toBeLessThan(30);
    expect(median(times.slice(-5))).toBeLessThan(median(times.slice(0, 5)) * 2 + 10);
    await Promise.all(tenants.map((inputs) => handler.remove("", inputs, context())));
    expect((await userNames()).filter((name) => name.startsWith("many"))).toEqual([]);
  });
});

describe("RedisAclUsers: check", () => {
  const reasons = (users: unknown, tenant: unknown = "alpha"): string[] =>
    handler.check({ node: "node-c", tenant, users }).map(({ property, reason }) => `${property}: ${reason}`);
  const user = { name: "alpha_x", password: passwordOf("alpha_x"), rules: "-@all +ping" };

  it.each([
    ["another tenant's user", { ...user, name: "bravo_x" }, /users\[0\]\.name: .*alpha_/],
    ["the administrator", { ...user, name: "dsmil_admin" }, /users\[0\]\.name/],
    ["a short password", { ...user, password: "short" }, /users\[0\]\.password/],
    ["no allow-list", { ...user, rules: "+@all" }, /users\[0\]\.rules: must begin with -@all/],
    ["everything", { ...user, rules: "-@all +@all" }, /"\+@all" is not for tenants' users/],
    ["every key", { ...user, rules: "-@all ~* +get" }, /"~\*" is not/],
    ["every key in a selector", { ...user, rules: "-@all (~* +get)" }, /"~\*" is not/],
    ["a password in the rules", { ...user, rules: "-@all >x" }, /">x" is not/],
    ["no password", { ...user, rules: "-@all nopass" }, /"nopass" is not/],
    ["a rule that stops the server", { ...user, rules: "-@all +client|setinfo" }, /Redis 7.0 has no/],
  ])("refuses %s", (_what, bad, reason) => {
    expect(reasons([bad]).join("\n")).toMatch(reason);
  });

  it("refuses duplicates and bad tenants, and lets unknown values pass", () => {
    expect(reasons([user, user])).toEqual([expect.stringMatching(/users\[1\]\.name: .*twice/)]);
    expect(reasons([], "Alpha_2")).toEqual([expect.stringMatching(/^tenant: /)]);
    expect(reasons(UNKNOWN, UNKNOWN)).toEqual([]);
    expect(reasons([{ ...user, password: UNKNOWN }])).toEqual([]);
  });
});

describe("tenantRedisUsers: what the server allows", () => {
  beforeAll(async () => {
    server = await startRedis();
    await handler.reconcile(inputsOf("alpha"), undefined, context());
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await server.stop();
  });
  const dryRun = (user: string, command: string): Promise<unknown> =>
    acl("DRYRUN", `alpha_${user}`, ...command.split(" "));

  const allowed: Record<string, readonly string[]> = {
    writer: [
      "PING",
      "HELLO 3",
      "AUTH alpha_writer x",
      "CLIENT SETNAME x",
      "CLIENT ID",
      "XADD ALPHA_L3_OUT * event 1",
      "XADD ALPHA_SOC_EVENTS * event 1",
      "XREADGROUP GROUP g c STREAMS ALPHA_L3_IN >",
      "XACK ALPHA_L3_IN g 1-1",
      "XAUTOCLAIM ALPHA_L3_IN g c 1000 0",
      "XCLAIM ALPHA_L3_IN g c 1000 1-1",
      "XPENDING ALPHA_L3_IN g",
      "XLEN ALPHA_L3_IN",
      "XRANGE ALPHA_L3_IN - +",
      "XREVRANGE ALPHA_L3_IN + -",
      "XREAD STREAMS ALPHA_L3_IN 0",
      "XTRIM ALPHA_L3_IN MINID 1",
      "XINFO STREAM ALPHA_L3_IN",
      "XINFO GROUPS ALPHA_L3_IN",
      "XADD HEALTH_EVENTS * event 1",
    ],
    reader: [
      "PING",
      "XREAD STREAMS ALPHA_SOC_EVENTS 0",
      "XRANGE ALPHA_SOC_EVENTS - +",
      "XREVRANGE ALPHA_SOC_EVENTS + -",
      "XLEN ALPHA_SOC_EVENTS",
      "XINFO STREAM ALPHA_SOC_EVENTS",
    ],
    ingest: ["PING", "XADD ALPHA_L3_IN * event 1", "XLEN ALPHA_L3_IN"],
  };
  const never = [
    "SCAN 0",
    "KEYS ALPHA_*",
    "RANDOMKEY",
    "DBSIZE",
    "EVAL return 0",
    "FUNCTION FLUSH",
    "FUNCTION LIST",
    "SCRIPT FLUSH",
    "FCALL f 0",
    "CONFIG GET *",
    "CONFIG SET dir /tmp",
    "CLIENT KILL ID 1",
    "CLIENT LIST",
    "CLIENT NO-EVICT on",
    "ACL LIST",
    "ACL WHOAMI",
    "ACL SETUSER alpha_writer +@all",
    "FLUSHALL",
    "FLUSHDB",
    "DEBUG SLEEP 0",
    "MONITOR",
    "INFO",
    "SHUTDOWN",
    "SAVE",
    "REPLICAOF h 1",
    "MODULE LIST",
    "COMMAND",
    "SELECT 1",
    "SWAPDB 0 1",
    "PUBLISH ALPHA_x m",
    "SUBSCRIBE ALPHA_x",
    "PSUBSCRIBE *",
    "SUBSCRIBE __keyspace@0__:BRAVO_L3_IN",
    "WAIT 0 1",
    "DEL ALPHA_L3_IN",
    "RENAME ALPHA_L3_IN BRAVO_L3_IN",
    "COPY ALPHA_L3_IN BRAVO_X",
    "OBJECT ENCODING BRAVO_L3_IN",
    "DUMP ALPHA_L3_IN",
    "GET ALPHA_L3_IN",
    "SET ALPHA_X 1",
    "SORT ALPHA_X BY BRAVO_*",
    "XGROUP DESTROY ALPHA_L3_IN g",
    "XSETID ALPHA_L3_IN 1-1",
    "XADD BRAVO_L3_IN * event 1",
    "XADD ALPHA2_L3_IN * event 1",
    "XLEN BRAVO_L3_IN",
    "XLEN HEALTH_EVENTS",
    "XRANGE HEALTH_EVENTS - +",
    "XREAD STREAMS BRAVO_L3_IN 0",
    "XREAD STREAMS ALPHA_L3_IN BRAVO_L3_IN 0 0",
    "XREAD STREAMS HEALTH_EVENTS 0",
    "XREADGROUP GROUP g c STREAMS ALPHA_L3_IN BRAVO_L3_IN > >",
    "XTRIM HEALTH_EVENTS MAXLEN 0",
  ];
  const denied: Record<string, readonly string[]> = {
    writer: never,
    reader: [
      ...never,
      "XADD ALPHA_L3_IN * event 1",
      "XADD HEALTH_EVENTS * event 1",
      "XTRIM ALPHA_L3_IN MAXLEN 0",
      "XACK ALPHA_L3_IN g 1-1",
      "XREADGROUP GROUP g c STREAMS ALPHA_L3_IN >",
      "XCLAIM ALPHA_L3_IN g c 1000 1-1",
    ],
    ingest: [
      ...never,
      "XADD ALPHA_L4_IN * event 1",
      "XADD ALPHA_SOC_EVENTS * event 1",
      "XADD HEALTH_EVENTS * event 1",
      "XREAD STREAMS ALPHA_L3_IN 0",
      "XRANGE ALPHA_L3_IN - +",
      "XLEN ALPHA_SOC_EVENTS",
      "XTRIM ALPHA_L3_IN MAXLEN 0",
      "XINFO STREAM ALPHA_L3_IN",
    ],
  };

  const cases = (matrix: Record<string, readonly string[]>) =>
    Object.entries(matrix).flatMap(([user, commands]) => commands.map((command) => [user, command] as const));
  it.each(cases(allowed))("%s may %s", async (user, command) => {
    expect(await dryRun(user, command)).toBe("OK");
  });
  it.each(cases(denied))("%s may not %s", async (user, command) => {
    expect(await dryRun(user, command).catch((error: Error) => error.message)).toMatch(/no permissions|can't run/);
  });
});
