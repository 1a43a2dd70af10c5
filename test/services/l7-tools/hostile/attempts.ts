import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { serve } from "../../../../images/l7-tools/src/sandbox/serve.ts";

function tried(attempt: () => unknown): string {
  try {
    return `done: ${String(attempt()).slice(0, 40)}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}

// A tool that imports what no tool of ours may, and tries it.
serve<object>(() => ({
  read: tried(() => readFileSync("/etc/passwd", "utf8").length),
  environ: tried(() => readFileSync("/proc/self/environ", "utf8").length),
  bus: tried(() => readFileSync("/run/dbe/identity.json", "utf8").length),
  write: tried(() => writeFileSync("/tmp/dsmil-tool-was-here", "x")),
  fork: tried(() => {
    const { error, status } = spawnSync("/bin/true");
    if (error) throw error;
    return status;
  }),
  thread: tried(() => new Worker("0", { eval: true })),
  addon: tried(() => process.dlopen({ exports: {} }, "/lib/x.node")),
  binding: tried(() => (process as unknown as { binding(name: string): unknown }).binding("tcp_wrap")),
  builtin: tried(() => process.getBuiltinModule("node:net")),
  require: tried(() => createRequire("/x.js")("node:net")),
  code: tried(() => new Function("return 1")()),
  fetch: tried(() => typeof fetch),
  environment: Object.keys(process.env),
  cwd: tried(() => process.cwd()),
  descriptors: tried(() => {
    const own = openSync(process.argv[1] ?? "", "r");
    closeSync(own);
    return own;
  }),
}));
