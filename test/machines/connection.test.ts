import { createConnection } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAccess } from "../../infra/access/access.ts";
import { connect, type NodeConnection } from "../../infra/access/connection.ts";
import { createLab } from "../../infra/lab/create-lab.ts";
import { docker } from "../../infra/lab/docker.ts";
import type { LabSpec } from "../../infra/lab/spec.ts";
import { ownLab, removeLab } from "./machines.ts";

let spec: LabSpec;
let node: NodeConnection;

beforeAll(async () => {
  spec = await ownLab("conn", 78, ["node-a"]);
  await createLab(spec);
  node = await connect(readAccess(spec.root, "node-a"));
});

afterAll(() => removeLab(spec));

describe("exec", () => {
  test("gives exit code and both outputs; arguments arrive as they are", async () => {
    const nasty = ["a b", "it's", "$HOME", "`id`", "*", "", "é\n"];
    const result = await node.exec([
      "sh",
      "-c",
      'for a; do printf "<%s>" "$a"; done; echo bad >&2; exit 7',
      "sh",
      ...nasty,
    ]);
    expect(result).toEqual({ code: 7, stdout: nasty.map((a) => `<${a}>`).join(""), stderr: "bad\n" });
  });

  test("feeds text, bytes and streams, and ends them", async () => {
    expect((await node.exec(["cat"], { stdin: "text" })).stdout).toBe("text");
    expect((await node.exec(["wc", "-c"], { stdin: Buffer.alloc(5_000_000) })).stdout.trim()).toBe("5000000");
    const chunks = Readable.from(
      (function* () {
        for (let i = 0; i < 200; i++) yield Buffer.alloc(65_536);
      })(),
    );
    expect((await node.exec(["wc", "-c"], { stdin: chunks })).stdout.trim()).toBe(String(200 * 65_536));
    expect((await node.exec(["cat"])).stdout).toBe("");
  });

  test("a command that does not read its input still ends well", async () => {
    expect((await node.exec(["true"], { stdin: Buffer.alloc(5_000_000) })).code).toBe(0);
  });

  test("a failing source fails the command", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("disk on fire"));
      },
    });
    await expect(node.exec(["cat"], { stdin: broken })).rejects.toThrow(/node-a .*: cat: disk on fire/);
  });

  test("runs many at once, more than a server has sessions for", async () => {
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => node.exec(["echo", String(i)])));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test("bounds time, here and on the node", async () => {
    await expect(node.exec(["sleep", "311"], { timeoutMs: 500 })).rejects.toThrow(
      "sleep 311: not finished within 0.5 s",
    );
    await expect.poll(async () => (await node.exec(["pgrep", "-f", "^sleep 311"])).code, { timeout: 8_000 }).toBe(1);
  });

  test("bounds output", async () => {
    await expect(node.exec(["yes"])).rejects.toThrow("yes: more than 16384 KiB of output");
    await expect(node.exec(["head", "-c", "2000", "/dev/zero"], { maxOutputBytes: 1024 })).rejects.toThrow(
      "more than 1 KiB",
    );
  });

  test("can be given up", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(node.exec(["sleep", "5"], { signal: controller.signal })).rejects.toThrow(/abort/i);
    await expect(node.exec(["true"], { signal: controller.signal })).rejects.toThrow(/abort/i);
  });

  test("fails with the node's name when the machine dies under it", async () => {
    const running = node.exec(["sleep", "60"]);
    setTimeout(() => void docker(["restart", "--time", "0", "t-conn-node-a"]), 300);
    await expect(running).rejects.toThrow(
      /^node-a \(root@172\.29\.78\.10:22\): sleep 60: connection lost while it ran/,
    );
    await createLab(spec);
    expect((await node.exec(["echo", "again"])).stdout).toBe("again\n");
  });
});

describe("ports", () => {
  test("a stream reaches a port of the node", async () => {
    const stream = await node.stream("127.0.0.1", 22);
    const greeting = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
    expect(greeting.toString()).toMatch(/^SSH-2\.0-/);
    stream.destroy();
  });

  test("a port where nothing listens is named", async () => {
    await expect(node.stream("127.0.0.1", 9)).rejects.toThrow(/^node-a .*127\.0\.0\.1:9: connection refused/i);
  });

  test("a forward listens on loopback, serves many, and ends with everything in it", async () => {
    const forward = await node.forward("127.0.0.1", 22);
    const dialled = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = createConnection(forward.port, "127.0.0.1");
        const data = await new Promise<Buffer>((resolve, reject) => socket.once("data", resolve).once("error", reject));
        return { socket, text: data.toString() };
      }),
    );
    expect(dialled.every(({ text }) => text.startsWith("SSH-2.0-"))).toBe(true);
    const closed = Promise.all(dialled.map(({ socket }) => new Promise((resolve) => socket.once("close", resolve))));
    await forward.close();
    await closed;
    const refused = createConnection(forward.port, "127.0.0.1");
    await expect(new Promise((_, reject) => refused.once("error", reject))).rejects.toThrow("ECONNREFUSED");
  });
});

test("callers share one connection; after close a new one is made", async () => {
  const access = readAccess(spec.root, "node-a");
  const [one, two] = await Promise.all([connect(access), connect(access)]);
  expect(one).toBe(two);
  await one.close();
  const next = await connect(access);
  expect(next).not.toBe(one);
  expect((await next.exec(["true"])).code).toBe(0);
});
