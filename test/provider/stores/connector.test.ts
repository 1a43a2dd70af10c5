import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { NodeLink } from "../../../infra/provider/handler.ts";
import { isTransient, StoreDown } from "../../../infra/provider/stores/errors.ts";
import { redisStore } from "../../../infra/provider/stores/redis.ts";
import { recordedContext } from "../context.ts";
import { type LocalServer, startRedis } from "./servers.ts";

let server: LocalServer;
let opened = 0;
const store = redisStore();

/** The server's link with something different. */
const linked = (change: Partial<NodeLink> = {}) =>
  recordedContext(async (node) => {
    opened += 1;
    return { ...(await server.connect(node)), ...change };
  });
const ping = (context = linked()): Promise<string> => store.use(context, "node-c", (client) => client.ping());

describe("connections to stores", () => {
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await store.close();
    server.running = true;
    opened = 0;
  });
  afterAll(() => server.stop());

  it("are made once for all who ask at the same time, and the secret is hidden for each", async () => {
    const contexts = Array.from({ length: 10 }, () => linked());
    await Promise.all(contexts.map(ping));
    await ping();
    expect(opened).toBe(1);
    for (const { hidden } of contexts) expect(hidden).toContain(server.secret);
  });

  it("trust the node's CA and nothing else", async () => {
    const other = await startRedis();
    const exec: NodeLink["exec"] = async (argv, options) => {
      const foreign = await (await other.connect("node-c")).exec(argv, options);
      return argv[0] === "cat" ? foreign : (await server.connect("node-c")).exec(argv, options);
    };
    await expect(ping(linked({ exec }))).rejects.toThrow(/Redis on node-c/);
    const error = await ping(linked({ exec })).catch((e: Error) => e.cause as Error);
    expect(String(error)).toMatch(/certificate/i);
    await other.stop();
  });

  it("say which file cannot be read, and what writes it", async () => {
    const exec: NodeLink["exec"] = async (argv, options) =>
      argv[0] === "cat"
        ? { code: 1, stdout: "", stderr: "cat: /etc/dsmil/admin/redis_password: No such file" }
        : (await server.connect("node-c")).exec(argv, options);
    const error = (await ping(linked({ exec })).catch((e) => e)) as Error;
    expect(`${error.message} ${String(error.cause)}`).toMatch(/redis_password: No such file.*pulumi up/);
  });

  it("say that the administrator's secret is refused, and the remedy", async () => {
    const exec: NodeLink["exec"] = async (argv, options) => {
      const { code, stdout, stderr } = await (await server.connect("node-c")).exec(argv, options);
      return { code, stdout: stdout.replace(server.secret, "Wrong0123456789"), stderr };
    };
    await expect(ping(linked({ exec }))).rejects.toThrow(/refuses the administrator's secret.*restart dsmil-redis/);
  });

  it("wait for a container that starts, but tell who only looks at once", async () => {
    server.running = false;
    const look = store.look(linked(), "node-c", (client) => client.ping());
    await expect(look).rejects.toBeInstanceOf(StoreDown);
    const waiting = ping();
    await sleep(500);
    server.running = true;
    expect(await waiting).toBe("PONG");
  });

  it("are made again when they broke, and the work starts over", async () => {
    await ping();
    await server.restart();
    let tries = 0;
    const work = store.use(linked(), "node-c", async (client) => {
      tries += 1;
      return client.ping();
    });
    expect(await work).toBe("PONG");
    expect(tries).toBe(2);
  });

  it("stop waiting when the engine cancels", async () => {
    server.running = false;
    const cancel = new AbortController();
    const context = recordedContext((node) => server.connect(node), 0, cancel.signal);
    const waiting = store.use(context, "node-c", (client) => client.ping());
    setTimeout(() => cancel.abort(new Error("cancelled")), 200);
    await expect(waiting).rejects.toThrow(/cancelled|aborted/);
  });

  it("keep errors of the work itself apart from lost connections", async () => {
    await expect(store.use(linked(), "node-c", (client) => client.call("NONSENSE"))).rejects.toThrow(/unknown command/);
    expect(isTransient(new Error("ERR unknown command"))).toBe(false);
    expect(isTransient(Object.assign(new Error("x"), { code: "57P01" }))).toBe(true);
    expect(isTransient(new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]))).toBe(true);
  });
});
