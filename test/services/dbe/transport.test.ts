import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Authority } from "../../images/certificates.ts";
import { buildSidecar } from "../support/dbe-sidecar.ts";
import { credentialsOf, frameOf, Inbox, type Kind, type NodeOptions, TestNode } from "./transport-rig.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

let folder: string;
let program: string;
let authority: Authority;
let other: Authority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "t-dbe-bin-"));
  program = await buildSidecar(folder);
  authority = new Authority();
  other = new Authority();
});
afterAll(() => {
  authority.dispose();
  other.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe.each<Kind>(["tls", "quic"])("channels over %s", (kind) => {
  const open: TestNode[] = [];
  let a: TestNode;
  let b: TestNode;
  const node = async (id: string, options: Partial<NodeOptions> = {}): Promise<TestNode> => {
    const started = await TestNode.start({ kind, id, program, credentials: credentialsOf(authority, id), ...options });
    open.push(started);
    return started;
  };
  beforeEach(async () => {
    [a, b] = [await node("node-a"), await node("node-b")];
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  it("carry frames of every size, whole and in order, both ways", async () => {
    const [mine, theirs] = await a.to(b);
    const sent = [0, 1, KIB, 64 * KIB, MIB, 3, 200 * KIB].map((size, i) => frameOf(size, i));
    const back = new Inbox(mine);
    const there = new Inbox(theirs, (frame) => void theirs.write(frame));
    for (const frame of sent) mine.write(frame);
    expect(Buffer.concat(await there.take(sent.length)).equals(Buffer.concat(sent))).toBe(true);
    expect(Buffer.concat(await back.take(sent.length)).equals(Buffer.concat(sent))).toBe(true);
  });

  it("tell both ends the same binding, who is there and what was negotiated", async () => {
    const [mine, theirs] = await a.to(b);
    expect(mine.binding).toHaveLength(48);
    expect(mine.binding.equals(theirs.binding)).toBe(true);
    expect([mine.peer, theirs.peer]).toEqual(["node-b", "node-a"]);
    for (const channel of [mine, theirs]) {
      expect(channel).toMatchObject({ group: "SecP384r1MLKEM1024", transport: kind });
      expect(channel.remote).toMatch(/^127\.0\.0\.1:\d+$/);
    }
  });

  it("have another binding on every connection", async () => {
    const c = await node("node-c");
    const pairs = [await a.to(b), await c.to(b), await b.to(a)];
    await a.swap(credentialsOf(authority, "node-a"));
    pairs.push(await a.to(b));
    for (const [mine, theirs] of pairs) expect(mine.binding.equals(theirs.binding)).toBe(true);
    expect(new Set(pairs.map(([mine]) => mine.binding.toString("hex"))).size).toBe(pairs.length);
  });

  it("send what was written before they close, and take what the other end still has", async () => {
    const [mine, theirs] = await a.to(b);
    const back = new Inbox(mine);
    const there = new Inbox(theirs, () => {
      for (let i = 0; i < 4; i++) theirs.write(frameOf(MIB, i));
    });
    mine.write(frameOf(MIB, 9));
    mine.close();
    await there.take(1);
    await back.take(4);
    expect(await back.closed).toBeUndefined();
    expect(await there.closed).toBeUndefined();
    expect([there.frames.length, back.frames.length]).toEqual([1, 4]);
    expect(mine.write(frameOf(1))).toBe(false);
  });

  it("hold what was sent before anybody listens, and tell an end that came before", async () => {
    const [mine, theirs] = await a.to(b);
    mine.write(frameOf(10));
    mine.close();
    await new Promise((later) => setTimeout(later, 100));
    const there = new Inbox(theirs);
    expect(await there.closed).toBeUndefined();
    expect(there.frames).toHaveLength(1);
    expect(await new Inbox(mine).closed).toBeUndefined();
  });

  it("say when to stop writing, keep what waits bounded, and go on when the reader does", async () => {
    const [mine, theirs] = await a.to(b);
    const there = new Inbox(theirs);
    const back = new Inbox(mine);
    theirs.pause();
    let count = 0;
    while (count < 200 && mine.write(frameOf(MIB, count))) {
      count++;
      await new Promise((next) => setImmediate(next));
    }
    expect(count).toBeLessThan(100);
    expect(mine.writableLength).toBeGreaterThan(4 * MIB);
    expect(mine.writableLength).toBeLessThan(6 * MIB);
    theirs.resume();
    await there.take(count + 1);
    theirs.write(frameOf(0));
    await back.take(1);
    expect(mine.writableLength).toBe(0);
  });

  it("end rather than hold more than they may for a reader that does not read", async () => {
    const [mine, theirs] = await a.to(b);
    new Inbox(theirs);
    theirs.pause();
    const { closed } = new Inbox(mine);
    for (let i = 0; i < 200; i++) mine.write(frameOf(MIB, i));
    expect((await closed)?.message).toMatch(/the peer does not read: \d+ bytes wait/);
  });

  it("end when nothing moves for too long", async () => {
    const impatient = await node("node-c", { limits: { stallMs: 200 } });
    const [mine, theirs] = await impatient.to(b);
    new Inbox(theirs);
    theirs.pause();
    const { closed } = new Inbox(mine);
    let more = true;
    for (let i = 0; more && i < 200; i++) {
      more = mine.write(frameOf(MIB, i));
      await new Promise((next) => setImmediate(next));
    }
    expect((await closed)?.message).toBe("the peer has read nothing for 200 ms");
  });

  it("go on when credentials change; new ones use the new", async () => {
    const [mine, theirs] = await a.to(b);
    const there = new Inbox(theirs, (frame) => void theirs.write(frame));
    const back = new Inbox(mine);
    await a.swap(credentialsOf(other, "node-a"));
    await expect(a.transport.dial(b.address)).rejects.toThrow(/node-b at 127.0.0.1:\d+ over/);
    await b.swap(credentialsOf(other, "node-b"));
    const [mine2, theirs2] = await a.to(b);
    expect([mine2.peer, theirs2.peer]).toEqual(["node-b", "node-a"]);
    mine.write(frameOf(KIB));
    await there.take(1);
    await back.take(1);
  });

  it.each([
    ["is of another authority", () => credentialsOf(other, "node-c")],
    ["is another node's", () => credentialsOf(authority, "node-b")],
    [
      "names two nodes",
      () => credentialsOf(authority, "node-c", { names: ["DNS:node-c.dsmil.test", "DNS:redis.dsmil.test"] }),
    ],
    ["names none of the fleet", () => credentialsOf(authority, "node-c", { names: ["DNS:node-c.elsewhere.test"] })],
    ["has expired", () => credentialsOf(authority, "node-c", { days: -1 })],
  ])("refuse a peer whose certificate %s", async (what, credentials) => {
    // A sidecar refuses to start with a certificate that names no node: there it never comes to a connection.
    const starting = node("node-c", { credentials: credentials() });
    if (kind === "quic" && what.startsWith("names")) {
      return await expect(starting).rejects.toThrow("must name exactly one");
    }
    const c = await starting;
    await expect(a.transport.dial(c.address)).rejects.toThrow(/no channel to node-c/);
    if (what === "is another node's") return;
    await expect(c.transport.dial(b.address)).rejects.toThrow(/no channel to node-b/);
    await a.to(b);
  });

  it("refuse a node of the fleet that is no peer", async () => {
    const strict = await node("node-c", { peers: ["node-b"] });
    await expect(a.transport.dial(strict.address)).rejects.toThrow(/no channel to node-c/);
    expect(strict.refusals.map(({ why }) => why)).toEqual(["node-a is no peer of this node"]);
    await b.to(strict);
  });

  it("end when what comes is no frame, and when a frame is cut short", async () => {
    for (const [bytes, why] of [
      [Buffer.from("GET / HTTP/1.1\r\nhost: a-name-that-is-longer-than-a-header\r\n\r\n"), /no DBE magic/],
      [frameOf(KIB).subarray(0, 700), /within a frame/],
    ] as const) {
      const raw = await a.raw(b);
      raw.on("error", () => {}).resume();
      raw.write("DBE/1\n");
      const { closed } = new Inbox(await b.next());
      raw.end(bytes);
      expect((await closed)?.message).toMatch(why);
    }
  });

  it("refuse a greeting of anything else, too long, or none in time", async () => {
    const impatient = await node("node-c", { limits: { handshakeMs: 300 } });
    for (const text of ["HELLO\n", "x".repeat(100), ""]) {
      const raw = await a.raw(impatient);
      raw.on("error", () => {}).resume();
      // A QUIC stream is there for the peer once something was sent on it.
      raw.write(text === "" && kind === "quic" ? "D" : text);
      await new Promise((closed) => raw.once("close", closed));
    }
    expect(impatient.refusals).toHaveLength(3);
  });

  it("are refused beyond the number a node takes", async () => {
    const small = await node("node-c", { limits: { channels: 2 } });
    const [first] = await a.to(small);
    await a.to(small);
    await expect(a.transport.dial(small.address)).rejects.toThrow(/no channel to node-c/);
    const { closed } = new Inbox(first);
    first.close();
    await closed;
    await expect.poll(() => a.to(small).then(() => true)).toBe(true);
  });

  it("are not waited for once a node stops", async () => {
    const silent = createServer((socket) => void sockets.add(socket));
    const sockets = new Set<Socket>();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const dialled = a.transport
      .dial({ node: "node-b", address: "127.0.0.1", port })
      .catch((error: Error) => error.message);
    await new Promise((later) => setTimeout(later, 100));
    await a.close();
    expect(await dialled).toMatch(/no channel to node-b/);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it("end in order when a node stops", async () => {
    const back = new Inbox((await a.to(b))[0]);
    await b.close();
    expect(await back.closed).toBeUndefined();
    await expect(a.transport.dial(b.address)).rejects.toThrow(/no channel to node-b/);
  });
});
