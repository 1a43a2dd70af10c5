import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeDeadLocks } from "../../../infra/cli/dead-locks.ts";

/** Above any process id Linux gives out. */
const NOBODY = 2 ** 22 + 1;

describe("locks of killed runs", () => {
  let root: string;
  const lock = (stack: string, content: object): string => {
    const folder = join(root, ".dsmil/state/.pulumi/locks/organization/dsmil", stack);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "1.json");
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-locks-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are removed when their process is gone, or its id is another program's", () => {
    const gone = lock("node-a", { pid: NOBODY, hostname: hostname() });
    const reused = lock("node-b", { pid: process.pid, hostname: hostname() });
    expect(removeDeadLocks(root, "node-a")).toBe(1);
    expect(removeDeadLocks(root, "node-b")).toBe(1);
    expect([gone, reused].filter((path) => existsSync(path))).toEqual([]);
  });

  it("stay when they are another machine's or another stack's", () => {
    const foreign = lock("node-a", { pid: NOBODY, hostname: `${hostname()}-other` });
    const other = lock("node-b", { pid: NOBODY, hostname: hostname() });
    expect(removeDeadLocks(root, "node-a")).toBe(0);
    expect([foreign, other].every((path) => existsSync(path))).toBe(true);
  });

  it("are no trouble when there are none", () => {
    expect(removeDeadLocks(root, "node-a")).toBe(0);
  });
});
