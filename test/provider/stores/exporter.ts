import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { freePort } from "../../../infra/lab/free-port.ts";
import { ensurePackages } from "../../../infra/lab/packages.ts";

/**
 * Runs a Debian exporter until it has answered once, as its container would: what it says, and what it logged.
 * @param args its arguments, for the port that it is to listen on
 */
export async function scrapeOnce(
  store: "redis" | "postgres",
  args: (port: number) => readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly body: string; readonly log: string }> {
  const name = `prometheus-${store}-exporter`;
  if (!existsSync(`/usr/bin/${name}`)) await ensurePackages([name]);
  const port = await freePort();
  const child = spawn(`/usr/bin/${name}`, args(port), { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      log += part.toString();
    });
  }
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      if (answer?.ok) return { body: await answer.text(), log };
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${name} did not come up:\n${log}`);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}
