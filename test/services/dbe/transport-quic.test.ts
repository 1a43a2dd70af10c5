import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { firstLine } from "../../../images/runtime/dbe/transport/first-line.ts";
import { Authority } from "../../images/certificates.ts";
import { buildSidecar, Sidecar } from "../support/dbe-sidecar.ts";
import { credentialsOf, DOMAIN, frameOf, Inbox, type NodeOptions, TestNode } from "./transport-rig.ts";

describe("the QUIC sidecar", () => {
  const folder = mkdtempSync(join(tmpdir(), "t-dbe-bin-"));
  const authority = new Authority();
  const open: TestNode[] = [];
  let program: string;
  let a: TestNode;
  let b: TestNode;
  const node = async (id: string, options: Partial<NodeOptions> = {}): Promise<TestNode> => {
    const credentials = credentialsOf(authority, id);
    const started = await TestNode.start({ kind: "quic", id, program, credentials, ...options });
    open.push(started);
    return started;
  };
  const sidecarOf = ({ sidecar }: TestNode): Sidecar => {
    if (sidecar === undefined) throw new Error("no sidecar");
    return sidecar;
  };
  beforeAll(async () => {
    program = await buildSidecar(folder);
  });
  afterAll(() => {
    authority.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [a, b] = [await node("node-a", { flags: ["-idle", "1s"] }), await node("node-b")];
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  it("shares a connection between channels, which end one by one", async () => {
    const [one, two] = [await a.to(b), await a.to(b)];
    expect(one[0].binding.equals(two[0].binding)).toBe(true);
    const { closed } = new Inbox(one[1]);
    one[0].close();
    await closed;
    const there = new Inbox(two[1]);
    two[0].write(frameOf(5));
    await there.take(1);
  });

  it.each(["SIGKILL", "SIGSTOP"] as const)("ends channels within the idle time after the peer's %s", async (signal) => {
    const [mine] = await a.to(b);
    const { closed } = new Inbox(mine);
    sidecarOf(b).signal(signal);
    await closed;
    const again = a.transport.dial(b.address);
    await expect(again).rejects.toThrow(/no recent network activity.*; is the peer's gateway running/);
  });

  it("tells channels at once that the peer's sidecar started again, without their idle time", async () => {
    const c = await node("node-c", { flags: ["-idle", "5m"] });
    const credentials = credentialsOf(authority, "node-b");
    const patient = await node("node-b", { credentials, flags: ["-idle", "5m"] });
    const { port } = patient.address;
    const [mine] = await c.to(patient);
    const { closed } = new Inbox(mine);
    sidecarOf(patient).signal("SIGKILL");
    await patient.close();
    const reborn = await node("node-b", { credentials, listen: `127.0.0.1:${port}` });
    // Any packet to the new process is answered with a reset.
    mine.write(frameOf(1));
    await closed;
    await c.to(reborn);
  });

  it("ends channels when this node's sidecar dies, and says what is missing", async () => {
    const [mine] = await a.to(b);
    const { closed } = new Inbox(mine);
    await sidecarOf(a).end("SIGKILL");
    await closed;
    await expect(a.transport.dial(b.address)).rejects.toThrow(/ENOENT.*; is the QUIC sidecar running/);
  });

  it("refuses a channel when the peer's gateway is away, and gives one when it is back", async () => {
    await b.transport.close();
    await expect(a.transport.dial(b.address)).rejects.toThrow(/no channel to node-b/);
    await b.transport.listen(() => {});
    await a.transport.dial(b.address);
  });

  it("survives garbage on its UDP port and on dial.sock", async () => {
    const udp = createSocket("udp4");
    for (let size = 1; size <= 1400; size += 7) udp.send(Buffer.alloc(size, size), b.address.port, "127.0.0.1");
    udp.close();
    for (const line of ["garbage\n", "{}\n", '{"peer":"../x","address":"127.0.0.1:1"}\n', `${"x".repeat(5000)}\n`]) {
      const socket = connect(join(sidecarOf(a).sockets, "dial.sock")).on("error", () => {});
      socket.write(line);
      expect(await firstLine(socket, 1024, 5000)).toMatch(/^\{"error":"(no )?request line/);
      socket.destroy();
    }
    await a.to(b);
  });

  it("answers its health check, counts, and ends in order", async () => {
    const { sockets } = sidecarOf(a);
    const check = (): Promise<number> =>
      new Promise((done) => {
        execFile(program, ["-healthcheck", "-sockets", sockets], (error) =>
          done(error === null ? 0 : Number(error.code)),
        );
      });
    await a.to(b);
    expect(await check()).toBe(0);
    const socket = connect(join(sockets, "status.sock"));
    socket.end("GET /metrics HTTP/1.0\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain("\ndsmil_dbe_quic_channels 1\n");
    expect(text).toContain("\ndsmil_dbe_quic_dialled_total 1\n");
    const sidecar = sidecarOf(a);
    sidecar.signal("SIGSTOP");
    expect(await check()).toBe(1);
    sidecar.signal("SIGCONT");
    expect(await sidecar.end("SIGTERM")).toBe(0);
    expect(sidecar.log.at(-1)).toContain('"msg":"stopped"');
    expect(await check()).toBe(1);
  });

  it("is not healthy with a certificate that has expired", async () => {
    const late = await Sidecar.start({
      program,
      domain: DOMAIN,
      credentials: credentialsOf(authority, "node-c", { days: -1 }),
    });
    const child = execFile(program, ["-healthcheck", "-sockets", late.sockets]);
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    await late.end();
  });

  it("keeps its credentials while the files do not fit together", async () => {
    const sidecar = sidecarOf(a);
    const good = credentialsOf(authority, "node-a");
    const since = sidecar.log.length;
    sidecar.setFiles({ ...good, key: credentialsOf(authority, "node-a").key });
    sidecar.signal("SIGHUP");
    await sidecar.said("credentials cannot be used, the ones before stay", since);
    await a.to(b);
    await a.swap(good);
    await a.to(b);
  });
});
