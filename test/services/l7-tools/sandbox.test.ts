import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSandboxed, type SandboxResult } from "../../../images/l7-tools/src/sandbox/sandbox.ts";
import { bundleHostile, bundleTools } from "./support.ts";

let dir: string;
let tcp: Server;
let unix: Server;
let connections = 0;
beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-tools-");
  await bundleTools(`${dir}/tools`);
  await bundleHostile(`${dir}/hostile`);
  const count = (): void => {
    connections += 1;
  };
  tcp = createServer(count).listen(0, "127.0.0.1");
  unix = createServer(count).listen(`${dir}/bus.sock`);
  await Promise.all([once(tcp, "listening"), once(unix, "listening")]);
}, 60_000);
afterAll(() => {
  tcp?.close();
  unix?.close();
  rmSync(dir, { recursive: true, force: true });
});

const never = new AbortController().signal;
const run = (name: string, input: object = {}, wallMs = 10_000): Promise<SandboxResult> =>
  runSandboxed(`${dir}/${name}.js`, { ...input }, never, { wallMs });

describe("a tool's process", () => {
  it("gives what the tool gives: the control", async () => {
    const result = await run("tools/extract-indicators", { text: "from 203[.]0[.]113[.]7" });
    expect(result).toMatchObject({ outcome: "ok", output: { indicators: { ip: ["203.0.113.7"] } } });
  });

  it("reaches nobody, neither over TCP nor over a Unix socket that lies there", async () => {
    const { port } = tcp.address() as AddressInfo;
    const result = await run("hostile/connect", { port, socket: `${dir}/bus.sock` });
    expect(connections).toBe(0);
    expect(JSON.stringify(result)).not.toContain("connected");
    expect(result).toMatchObject({ outcome: "ok", output: { seen: ["tcp EMFILE", "unix EMFILE"] } });
  });

  it("reads and writes no file, starts nothing, loads nothing and makes no code", async () => {
    const { outcome, output } = await run("hostile/attempts");
    expect(outcome).toBe("ok");
    expect(output).toMatchObject({
      read: "ERR_ACCESS_DENIED",
      environ: "ERR_ACCESS_DENIED",
      bus: "ERR_ACCESS_DENIED",
      write: "ERR_ACCESS_DENIED",
      fork: "ERR_ACCESS_DENIED",
      thread: "ERR_ACCESS_DENIED",
      binding: "ERR_ACCESS_DENIED",
      fetch: "done: undefined",
      descriptors: "EMFILE",
    });
    for (const name of ["addon", "builtin", "require", "code"]) expect(output?.[name], name).not.toMatch(/^done/);
    expect(output?.environment).toEqual([]);
    expect(output?.cwd).toBe("done: /");
  });

  it("is killed when it does not end", async () => {
    const begun = performance.now();
    expect(await run("hostile/loop", {}, 500)).toEqual({ outcome: "timed_out", error: "more than 500 ms" });
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it("is killed when nobody waits any more", async () => {
    const gone = AbortSignal.timeout(200);
    expect(await runSandboxed(`${dir}/hostile/loop.js`, {}, gone)).toMatchObject({ outcome: "timed_out" });
  });

  it.each([true, false])("does not get 1 GiB of memory (in V8's heap: %s)", async (heap) => {
    const result = await run("hostile/memory", { heap });
    expect(result.outcome).toBe("crashed");
  });

  it("is cut off when it says too much", async () => {
    expect(await run("hostile/output")).toMatchObject({ outcome: "output_too_large" });
  });

  it("is not believed when what it says is no reply", async () => {
    expect(await run("hostile/babble")).toMatchObject({ outcome: "crashed" });
    expect(await run("tools/no-such-tool")).toMatchObject({ outcome: "crashed" });
  });
});
