import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeSSH } from "node-ssh";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { expect, it } from "vitest";
import { openSocket } from "../../../infra/access/tunnel.ts";
import { engineLogs } from "../../../infra/cli/logs/engine.ts";
import { at, frame } from "../logs/support.ts";

/** What an sshd tells of a stream to a Unix socket; the types of ssh2 do not know it. */
type StreamLocal = (accept: () => ServerChannel, reject: () => void, info: { readonly socketPath: string }) => void;

const key = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "pkcs1", format: "pem" },
}).privateKey;

it("reads an engine's log through the node's sshd, and says what is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dsmil-socket-"));
  const path = join(folder, "docker.sock");
  const engine = createServer((_request, response) => response.end(frame(at(1), "hello\n"))).listen(path);
  const onStream: StreamLocal = (accept, reject, { socketPath }) => {
    if (socketPath !== path) return reject();
    const channel = accept();
    channel.pipe(connect(path)).pipe(channel);
  };
  const sshd = new ssh2.Server({ hostKeys: [key] }, (client: Connection) => {
    client.on("authentication", (context) => context.accept()).on("error", () => undefined);
    client.on("openssh.streamlocal" as never, onStream as never);
  }).listen(0, "127.0.0.1");
  await once(sshd, "listening");
  const ssh = new NodeSSH();
  try {
    const { port } = sshd.address() as AddressInfo;
    await ssh.connect({ host: "127.0.0.1", port, username: "root", password: "any" });
    const socket = await openSocket(ssh, path);
    const query = { since: "2026-11-21T14:00:00Z", tail: 1 };
    const found: string[] = [];
    for await (const { text } of engineLogs(socket, "dsmil-redis", query, new AbortController().signal))
      found.push(text);
    expect(found).toEqual(["hello"]);
    await expect(openSocket(ssh, "/elsewhere.sock")).rejects.toThrow("/elsewhere.sock: ");
  } finally {
    ssh.dispose();
    sshd.close();
    engine.close();
    rmSync(folder, { recursive: true });
  }
});
