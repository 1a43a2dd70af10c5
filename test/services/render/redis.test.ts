import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { renderRedisConf } from "../../../infra/render/redis-conf.ts";
import { GOOD, modelOf } from "../../unit/model/fixture.ts";
import { Sandbox, stop, which } from "./sandbox.ts";

const server = which("redis-server");
const model = modelOf(GOOD);

describe.skipIf(server === undefined)("redis.conf with the real server", () => {
  let box: Sandbox;
  let port: number;
  let child: Awaited<ReturnType<Sandbox["start"]>>;
  const cli = (...args: string[]) =>
    box
      .run(
        "redis-cli",
        [
          "-p",
          String(port),
          "--tls",
          "--cacert",
          box.path("certs/ca.crt"),
          "--user",
          "dsmil_admin",
          "--no-auth-warning",
          ...args,
        ],
        {
          REDISCLI_AUTH: "secret",
        },
      )
      .text.trim();
  const setting = (name: string): string => cli("config", "get", name).split("\n").at(-1) ?? "";

  beforeAll(async () => {
    box = new Sandbox();
    port = await freePort();
    writeFileSync(box.path("data/users.acl"), "user default off\nuser dsmil_admin on >secret ~* &* +@all\n");
    const conf = box.write("redis.conf", renderRedisConf(model), {
      "/etc/dsmil/certs": box.path("certs"),
      "/data": box.path("data"),
      "tls-port 6379": `tls-port ${port}`,
    });
    child = await box.start(server ?? "", [conf], port);
  });
  afterAll(() => box.close());

  it("starts, keeps its users in the ACL file and takes the administrator over TLS", () => {
    expect(cli("acl", "whoami")).toBe("dsmil_admin");
    expect(cli("acl", "save")).toBe("OK");
    expect(box.output).not.toMatch(/WARNING: (?!.*overcommit)/i);
  });

  it("answers nobody who has not logged in, and nobody without TLS", () => {
    expect(box.run("redis-cli", ["-p", String(port), "--tls", "--insecure", "dbsize"]).text).toContain("NOAUTH");
    expect(box.run("redis-cli", ["-p", String(port), "dbsize"]).code).not.toBe(0);
  });

  it.each([
    ["appendonly", "yes"],
    ["appendfsync", "everysec"],
    ["save", "3600 1 300 100 60 10000"],
    ["maxmemory", String(768 * 1024 * 1024)],
    ["maxmemory-policy", "noeviction"],
    ["protected-mode", "yes"],
    ["enable-debug-command", "no"],
    ["port", "0"],
  ])("has %s set to %s", (name, value) => expect(setting(name)).toBe(value));

  it("is healthy by the container's own check while it runs, and not when it has stopped", async () => {
    const health = model.containers.find((c) => c.service === "redis")?.health.argv ?? [];
    const argv = health.map((arg) => (arg === "6379" ? String(port) : arg));
    expect(box.run(argv[0] ?? "", argv.slice(1)).code).toBe(0);
    await stop(child);
    expect(box.run(argv[0] ?? "", argv.slice(1)).code).not.toBe(0);
  });
});
