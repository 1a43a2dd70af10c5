import { expect, it } from "vitest";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { inTurns } from "../../../infra/isolation/drivers/in-turns.ts";

const NODE = "/usr/local/bin/node";
const none = () => Promise.reject(new Error("not here"));

it("a container gets one Node process at a time, also after one that failed; other commands do not wait", async () => {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  const ends: (() => void)[] = [];
  const exec: Doors["exec"] = async (node, argv) => {
    const key = `${node} ${argv[2]} ${argv[3] === NODE ? "node" : "other"}`;
    running.set(key, (running.get(key) ?? 0) + 1);
    most.set(key, Math.max(most.get(key) ?? 0, running.get(key) ?? 0));
    await new Promise<void>((resolve) => ends.push(resolve));
    running.set(key, (running.get(key) ?? 0) - 1);
    if (argv[4] === "fail") throw new Error("cut off");
    return { code: 0, stdout: argv[4] ?? "", stderr: "" };
  };
  const doors = inTurns({ redis: none, postgres: none, https: none, reach: none, exec });
  const ask = (container: string, program: string, what: string) =>
    doors.exec("node-a", ["docker", "exec", container, program, what]);
  const all = Promise.allSettled([
    ...["fail", "b", "c"].map((what) => ask("one", NODE, what)),
    ...["d", "e"].map((what) => ask("two", NODE, what)),
    ...["f", "g"].map((what) => ask("one", "/bin/busybox", what)),
  ]);
  let done = false;
  void all.then(() => {
    done = true;
  });
  while (!done) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const results = (await all).map((r) => (r.status === "fulfilled" ? r.value.stdout : "failed"));
  expect(results).toEqual(["failed", "b", "c", "d", "e", "f", "g"]);
  expect(Object.fromEntries(most)).toEqual({ "node-a one node": 1, "node-a two node": 1, "node-a one other": 2 });
});
