import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function take(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
}

describe("freePort", () => {
  it("stays clear of the ports that the kernel gives to outgoing connections", async () => {
    const ephemeral = Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
    const drawn = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    for (const port of drawn) expect(port).toBeLessThan(ephemeral);
    expect(new Set(drawn).size).toBeGreaterThan(45);
  });

  it("gives as many in a row as are asked for, and each can be listened on", async () => {
    const first = await freePort(3);
    for (const port of [first, first + 1, first + 2]) await take(port);
    await expect(take(first)).rejects.toThrow("EADDRINUSE");
  });
});
