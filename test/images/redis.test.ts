import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import type { Container } from "../../infra/model/types.ts";
import { renderRedisConf } from "../../infra/render/redis-conf.ts";
import { Authority } from "./certificates.ts";
import { docker, eventually } from "./engine.ts";
import { Rig } from "./rig.ts";

const ADMIN = "an-administrators-password";

describe("dsmil-redis", () => {
  const model = loadModel();
  const rig = new Rig(model.containers.find((c) => c.service === "redis") as Container);
  const authority = new Authority();
  const clients: Redis[] = [];

  const certificates = async (): Promise<void> => {
    const { cert, key } = authority.issue("redis.dsmil.local");
    const files = { "tls.crt": cert, "tls.key": { content: key, mode: "0400" }, "ca.crt": authority.cert };
    await rig.write("/etc/dsmil/certs", files);
  };
  const configure = (password: string): Promise<void> =>
    rig.write("/etc/redis", {
      "redis.conf": renderRedisConf(model),
      admin_password: { content: password, mode: "0400" },
    });
  const connect = async (username?: string, password?: string): Promise<Redis> => {
    const client = new Redis({
      port: await rig.port(6379),
      ...(username !== undefined && password !== undefined && { username, password }),
      tls: { ca: authority.cert, servername: "localhost" },
      lazyConnect: true,
      enableReadyCheck: false,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    // A refused password comes as an event; the call itself only says that the connection is closed.
    let refusal: Error | undefined;
    client.on("error", (error: Error) => {
      refusal ??= error;
    });
    clients.push(client);
    await client.connect().catch((error: unknown) => {
      throw refusal ?? error;
    });
    return client;
  };
  const admin = (password = ADMIN): Promise<Redis> => connect("dsmil_admin", password);
  const isUp = () => eventually("redis", async () => (await (await admin()).ping()) === "PONG" || undefined);

  beforeAll(async () => {
    await certificates();
    await configure(ADMIN);
    await rig.start();
    await rig.healthy();
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await rig.dispose();
    authority.dispose();
  });

  it("answers the administrator over TLS", async () => {
    expect(await (await admin()).acl("WHOAMI")).toBe("dsmil_admin");
  });

  it("refuses everybody without a name, and a wrong password", async () => {
    await expect(connect()).rejects.toThrow(/NOAUTH/);
    await expect(connect("dsmil_admin", "wrong")).rejects.toThrow(/WRONGPASS/);
  });

  it("keeps users and streams when it is killed", async () => {
    const before = await admin();
    await before.call("ACL", "SETUSER", "alpha_writer", "on", ">pw", "~ALPHA_*", "-@all", "+xadd", "+xlen");
    await before.call("ACL", "SAVE");
    for (let i = 0; i < 100; i++) await before.xadd("ALPHA_L3_IN", "*", "event", String(i));
    // The log goes to the disk every second; that much a kill of the machine may cost.
    await new Promise((next) => setTimeout(next, 1500));
    await rig.crash();
    await isUp();
    const after = await connect("alpha_writer", "pw");
    expect(await after.xlen("ALPHA_L3_IN")).toBe(100);
    await expect(after.get("ALPHA_x")).rejects.toThrow(/NOPERM/);
  });

  it("keeps transactions and what groups have read when it is killed, and the ACL file was spoilt", async () => {
    const before = await admin();
    await before.multi().set("a", "1").set("b", "2").exec();
    await before.xgroup("CREATE", "ALPHA_L3_IN", "l3-router", "0");
    await before.xreadgroup("GROUP", "l3-router", "one", "COUNT", 10, "STREAMS", "ALPHA_L3_IN", ">");
    await before.call("ACL", "SETUSER", "default", "reset");
    await before.call("ACL", "SAVE");
    await new Promise((next) => setTimeout(next, 1500));
    await rig.crash();
    await isUp();
    const after = await admin();
    expect(await after.mget("a", "b")).toEqual(["1", "2"]);
    expect((await after.xpending("ALPHA_L3_IN", "l3-router"))[0]).toBe(10);
    expect(await rig.logs()).not.toContain("NOPERM");
  });

  it("takes a new certificate without a restart", async () => {
    const started = await docker(["inspect", "-f", "{{.State.StartedAt}}", rig.name]);
    const held = await admin();
    await certificates();
    expect(await rig.exec(["/usr/local/bin/reload"])).toMatchObject({ code: 0, stdout: "OK\n" });
    expect(await held.ping()).toBe("PONG");
    expect(await (await admin()).ping()).toBe("PONG");
    expect(await docker(["inspect", "-f", "{{.State.StartedAt}}", rig.name])).toBe(started);
  });

  it("takes a new administrator's password, by a restart that loses nothing", async () => {
    await configure("the-next-password");
    expect((await rig.exec(["/usr/local/bin/reload"])).code).toBe(0);
    const client = await eventually("new password", async () => {
      const fresh = await admin("the-next-password");
      await fresh.ping();
      return fresh;
    });
    expect(await client.xlen("ALPHA_L3_IN")).toBe(100);
    await expect(connect("dsmil_admin", ADMIN)).rejects.toThrow(/WRONGPASS/);
  });

  it("saves and ends in order", async () => {
    expect(await rig.stop()).toBe(0);
  });

  it("says what is missing when it cannot start", async () => {
    const broken = new Rig(rig.plan);
    try {
      await broken.start();
      await eventually(
        "message",
        async () => (await broken.logs()).includes("/etc/redis/redis.conf is missing") || undefined,
      );
    } finally {
      await broken.dispose();
    }
  });
});
