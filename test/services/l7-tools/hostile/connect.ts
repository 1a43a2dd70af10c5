import { readFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { closeFence } from "../../../../images/l7-tools/src/sandbox/fence.ts";

// A tool that waits for what becomes of every way out, TCP and the socket of the bus among them.
const { port, socket } = JSON.parse(readFileSync(0, "utf8")) as { readonly port: number; readonly socket: string };
closeFence(process.argv[1] ?? "");
const seen: string[] = [];
const say = (name: string, what: string): void => {
  if (seen.push(`${name} ${what}`) === 2) writeSync(1, JSON.stringify({ output: { seen: seen.sort() } }));
};
for (const [name, to] of [
  ["tcp", { port, host: "127.0.0.1" }],
  ["unix", { path: socket }],
] as const) {
  const open = connect(to);
  open.once("connect", () => say(name, "connected"));
  open.once("error", (error: NodeJS.ErrnoException) => say(name, error.code ?? "?"));
}
