import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellQuote } from "../../../infra/access/shell-quote.ts";

test("plain arguments stay as they are", () => {
  expect(shellQuote(["docker", "version", "--format=x", "/a/b:c"])).toBe("docker version '--format=x' /a/b:c");
});

test("everything else is quoted once", () => {
  expect(shellQuote(["echo", "it's", "", "$HOME"])).toBe(`echo 'it'\\''s' '' '$HOME'`);
});

test("a shell gives every argument back as it was", () => {
  const nasty = [
    "a b",
    "'",
    '"',
    "\\",
    "$(id)",
    "`id`",
    "!x",
    "*",
    "~",
    "\n",
    "\t",
    "-n",
    "é😀",
    ";",
    "&",
    "|",
    "#",
    "",
  ];
  const line = shellQuote([process.execPath, "-p", "JSON.stringify(process.argv.slice(1))", "--", ...nasty]);
  expect(JSON.parse(execFileSync("sh", ["-c", line], { encoding: "utf8" }))).toEqual(nasty);
});

test("what no process can be given is refused", () => {
  expect(() => shellQuote(["echo", "a\0b"])).toThrow("NUL");
  expect(() => shellQuote([])).toThrow("needs at least");
});
