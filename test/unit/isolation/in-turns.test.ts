import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { inTurns } from "../../../infra/isolation/drivers/in-turns.ts";

const NODE = "/usr/local/bin/node";
const BUSYBOX = "/bin/busybox";
const none = () => Promise.reject(new Error("not here"));

const dir = mkdtempSync(join(tmpdir(), "dsmil-in-turns-"));
afterAll(() => rmSync(dir, { recursive: true }));
// Stands for Node in a container: says when it runs, and how it ends.
writeFileSync(
  join(dir, "node"),
  `#!/bin/sh\necho "start $1" >> "${dir}/log"\nsleep 0.02\necho "end $1" >> "${dir}/log"\nprintf 'out %s' "$1"\nprintf 'err %s' "$1" >&2\n[ "$1" != fail ] || exit 3\n`,
);
chmodSync(join(dir, "node"), 0o755);

/** Commands that were run on nodes: container, and what in it. */
const calls: (readonly string[])[] = [];
beforeEach(() => {
  calls.length = 0;
  writeFileSync(join(dir, "log"), "");
});

/** Runs what is for a container here, with this machine's tools in the place of busybox. */
const here: Doors["exec"] = (_node, argv) => {
  calls.push(argv);
  const script = (argv.at(-1) ?? "").replaceAll(`${BUSYBOX} `, "").replaceAll(NODE, join(dir, "node"));
  return new Promise((resolve) => {
    execFile("sh", ["-c", script], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
};
const doors = (exec: Doors["exec"]): Doors => inTurns({ redis: none, postgres: none, https: none, reach: none, exec });
const asker =
  (all: Doors) =>
  (container: string, ...command: string[]) =>
    all.exec("node-a", ["docker", "exec", container, ...command]);

describe("commands in containers", () => {
  it("go together, one Node process at a time, and each has its own end and words", async () => {
    const ask = asker(doors(here));
    const results = await Promise.all([
      ...["fail", "b", "c"].map((what) => ask("one", NODE, what)),
      ask("two", NODE, "d e's"),
      ask("one", BUSYBOX, "timeout", "5", "printf", "dialled"),
      ask("one", BUSYBOX, "cat", join(dir, "none")),
      ask("one", BUSYBOX, "timeout", "0.1", "sleep", "9"),
    ]);
    expect(results.slice(0, 5)).toEqual([
      { code: 3, stdout: "out fail", stderr: "err fail" },
      { code: 0, stdout: "out b", stderr: "err b" },
      { code: 0, stdout: "out c", stderr: "err c" },
      { code: 0, stdout: "out d e's", stderr: "err d e's" },
      { code: 0, stdout: "dialled", stderr: "" },
    ]);
    expect(results[5]).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("No such file") });
    expect(results[6]?.code).toBe(124);
    expect(calls.map(([, , container]) => container).sort()).toEqual(["one", "two"]);
    const log = readFileSync(join(dir, "log"), "utf8")
      .split("\n")
      .filter((line) => !line.includes("d e's"));
    expect(log.join()).toBe("start fail,end fail,start b,end b,start c,end c,");
  });

  it("wait while others run, at most four Node processes a time", async () => {
    const ask = asker(doors(here));
    const all = await Promise.all(["1", "2", "3", "4", "5", "6"].map((what) => ask("one", NODE, what)));
    expect(all.map(({ stdout }) => stdout)).toEqual(["1", "2", "3", "4", "5", "6"].map((what) => `out ${what}`));
    expect(calls).toHaveLength(2);
    expect(readFileSync(join(dir, "log"), "utf8")).toMatch(/^(start (\d)\nend \2\n){6}$/);
  });

  it("are errors when the engine did not run them, whatever its exit status", async () => {
    const ask = asker(
      doors(async () => ({ code: 1, stdout: "0 o 0 \n0 e \n", stderr: "Cannot connect to the engine\n" })),
    );
    await expect(ask("one", BUSYBOX, "cat", "x")).rejects.toThrow("one on node-a: Cannot connect to the engine");
  });

  it("are errors when their end is not known", async () => {
    const cut = doors(async (node, argv) => {
      const result = await here(node, argv);
      return { ...result, stdout: result.stdout.slice(0, result.stdout.indexOf("1 e")) };
    });
    const results = await Promise.allSettled(["a", "b", "c"].map((what) => asker(cut)("one", NODE, what)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    const lost = asker(doors(() => Promise.reject(new Error("connection lost"))));
    await expect(lost("one", NODE, "a")).rejects.toThrow("connection lost");
  });

  it("leave alone what is not run in a container", async () => {
    const exec: Doors["exec"] = async (_node, argv, timeoutMs) => ({
      code: 7,
      stdout: argv.join(" "),
      stderr: `${timeoutMs}`,
    });
    const answer = await doors(exec).exec("node-a", ["docker", "container", "inspect", "x"], 5);
    expect(answer).toEqual({ code: 7, stdout: "docker container inspect x", stderr: "5" });
  });
});
