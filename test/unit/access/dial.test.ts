import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NodeAccess } from "../../../infra/access/access.ts";
import { dial } from "../../../infra/access/dial.ts";
import { KEY_A } from "./host-keys.ts";

const LIMITS = { tryMs: 200, totalMs: 2_000, tries: 3 };
let folder = "";
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dsmil-dial-"));
  writeFileSync(join(folder, "key"), "not read before the server greets");
});

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function node(port: number): NodeAccess {
  return { node: "node-a", user: "root", host: "127.0.0.1", port, hostKey: KEY_A, identityFile: join(folder, "key") };
}

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  server = createServer(onConnection);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

test("names node, endpoint, cause and tries when nothing listens", async () => {
  const port = await listen(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  await expect(dial(node(port), LIMITS)).rejects.toThrow(
    new RegExp(`^node-a \\(root@127\\.0\\.0\\.1:${port}\\): cannot connect: connection refused \\(3 tries in `),
  );
});

test("gives up on a server that accepts and says nothing, within the bounds", async () => {
  const sockets: Socket[] = [];
  const port = await listen((socket) => sockets.push(socket));
  const started = Date.now();
  await expect(dial(node(port), LIMITS)).rejects.toThrow(/node-a .* cannot connect: .*3 tries/);
  expect(Date.now() - started).toBeLessThan(3_000);
  expect(sockets).toHaveLength(3);
  for (const socket of sockets) socket.destroy();
});

test("does not try again without a key to log in with", async () => {
  let connections = 0;
  const port = await listen((socket) => {
    connections++;
    socket.destroy();
  });
  const missing = { ...node(port), identityFile: join(folder, "gone") };
  await expect(dial(missing, LIMITS)).rejects.toThrow(/cannot log in: .*gone/);
  expect(connections).toBe(0);
});
