import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { type ConnectionOptions, connect, createServer } from "node:tls";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { GROUP, PROTOCOL } from "../../../images/runtime/dbe/transport/protocol.ts";
import { tlsOptions } from "../../../images/runtime/dbe/transport/tls-options.ts";
import { Authority } from "../../images/certificates.ts";
import { credentialsOf, DOMAIN, Inbox, TestNode } from "./transport-rig.ts";

describe("TLS between nodes", () => {
  const authority = new Authority();
  afterAll(() => authority.dispose());
  const open: TestNode[] = [];
  let b: TestNode;
  const node = async (id: string, limits = {}): Promise<TestNode> => {
    const credentials = credentialsOf(authority, id);
    const started = await TestNode.start({ kind: "tls", id, program: "", credentials, limits });
    open.push(started);
    return started;
  };
  beforeEach(async () => {
    b = await node("node-b");
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  /** A handshake with node-b, as node-a does it but for `changed`; the error, or the first bytes from there. */
  const handshake = async (changed: ConnectionOptions): Promise<string> => {
    const { address: host, port } = b.address;
    const options = { ...tlsOptions(credentialsOf(authority, "node-a")), host, port, ALPNProtocols: [PROTOCOL] };
    const socket = connect({ ...options, servername: `node-b.${DOMAIN}`, ...changed });
    return new Promise((done) => {
      socket.on("secureConnect", () => socket.write("DBE/1\n"));
      socket.on("data", (bytes) => done(bytes.toString()));
      socket.on("error", (error) => done(error.message));
      socket.on("close", () => done("closed"));
    }).then((said) => {
      socket.destroy();
      return String(said);
    });
  };

  it("takes one group, one version, one suite and one protocol, and a certificate", async () => {
    expect(await handshake({})).toBe("DBE/1\n");
    for (const ecdhCurve of ["X25519", "P-384", "P-256:P-384:P-521", "X25519MLKEM768", "SecP256r1MLKEM768"]) {
      expect(await handshake({ ecdhCurve }), ecdhCurve).toMatch(/handshake failure/);
    }
    // A list that holds the group too is taken, and the group is what is used.
    expect(await handshake({ ecdhCurve: `X25519:P-384:${GROUP}` })).toBe("DBE/1\n");
    expect(
      await handshake({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" }),
    ).toMatch(/protocol version/);
    expect(await handshake({ ciphers: "TLS_AES_128_GCM_SHA256" })).toMatch(/handshake failure/);
    expect(await handshake({ ALPNProtocols: ["h2"] })).toMatch(/no application protocol/);
    expect(await handshake({ ALPNProtocols: [] })).toMatch(/closed|ECONNRESET/);
    expect(await handshake({ cert: undefined, key: undefined })).toMatch(/certificate required|closed/);
  });

  it.each(["X25519", "P-384", "X25519MLKEM768"])("refuses a server that has only %s", async (ecdhCurve) => {
    const options = { ...tlsOptions(credentialsOf(authority, "node-c")), requestCert: true, ALPNProtocols: [PROTOCOL] };
    const server = createServer({ ...options, ecdhCurve }, (socket) => socket.write("DBE/1\n"));
    server.on("tlsClientError", () => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(b.transport.dial({ node: "node-c", address: "127.0.0.1", port })).rejects.toThrow(/handshake failure/);
    server.close();
  });

  it("survives garbage and silence on its port, and bounds strangers", async () => {
    const shy = await node("node-c", { handshakeMs: 500, strangersEach: 4 });
    const { port } = shy.address;
    const strangers = Array.from({ length: 12 }, (_, i) => {
      const socket = connectSocket(port, "127.0.0.1");
      socket.on("error", () => {}).resume();
      if (i % 2 === 0) socket.write("GET / HTTP/1.1\r\n\r\n");
      return once(socket, "close");
    });
    await Promise.all(strangers);
    expect(shy.refusals.length).toBeGreaterThanOrEqual(4);
    await b.to(shy);
  });

  it("says that a peer is not there, and what to look at", async () => {
    const { address } = b;
    await b.close();
    const a = await node("node-a");
    await expect(a.transport.dial(address)).rejects.toThrow(/ECONNREFUSED.*; is the peer's gateway running/);
  });

  it("tells when the peer's process is killed", async () => {
    const a = await node("node-a");
    const { child, port } = await peerProcess(authority);
    try {
      const channel = await a.transport.dial({ node: "node-c", address: "127.0.0.1", port });
      const { closed } = new Inbox(channel);
      child.kill("SIGKILL");
      await closed;
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("refuses credentials that cannot be used, and keeps those before", async () => {
    const a = await node("node-a");
    const { key } = credentialsOf(authority, "node-a");
    expect(() => a.transport.setCredentials({ ...credentialsOf(authority, "node-a"), key })).toThrow();
    await a.to(b);
  });
});

/** node-c in a process of its own. */
async function peerProcess(authority: Authority): Promise<{ child: ChildProcess; port: number }> {
  const module = resolve(import.meta.dirname, "../../../images/runtime/dbe/transport/tls-transport.ts");
  const program = `
    const { TlsTransport } = await import(${JSON.stringify(module)});
    const { domain, credentials } = JSON.parse(process.env.T_DBE);
    const bind = { address: "127.0.0.1", port: 0 };
    const transport = new TlsTransport({ domain, credentials, bind, peers: () => ["node-a"] });
    await transport.listen(() => {});
    console.log(transport.port);`;
  const env = {
    ...process.env,
    T_DBE: JSON.stringify({ domain: DOMAIN, credentials: credentialsOf(authority, "node-c") }),
  };
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, port: Number(line) };
}
