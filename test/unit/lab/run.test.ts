import { expect, test } from "vitest";
import { run, runOrThrow } from "../../../infra/lab/run.ts";

test("a result carries exit code and both outputs; arguments are not seen by a shell", async () => {
  const result = await run(["sh", "-c", 'printf %s "$1"; printf err >&2; exit 3', "sh", "$HOME;x"]);
  expect(result).toEqual({ code: 3, stdout: "$HOME;x", stderr: "err" });
});

test("input arrives, lines are told as they come", async () => {
  const lines: string[] = [];
  await run(["cat"], { stdin: "one\ntwo\n", onLine: (line) => lines.push(line) });
  expect(lines).toEqual(["one", "two"]);
});

test("a command that does not exist is exit 127, one that takes too long is ended", async () => {
  expect((await run(["no-such-command-here"])).code).toBe(127);
  const started = Date.now();
  expect((await run(["sleep", "20"], { timeoutMs: 100 })).code).toBe(-1);
  expect(Date.now() - started).toBeLessThan(5_000);
});

test("a failure names the command and what it said", async () => {
  await expect(runOrThrow(["sh", "-c", "echo no space left >&2; exit 2"])).rejects.toThrow(
    /^sh -c .* failed \(exit 2\): no space left$/,
  );
});
