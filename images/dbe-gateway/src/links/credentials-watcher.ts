import { readFile } from "node:fs/promises";
import type { Credentials, Transport } from "../../../runtime/dbe/transport/transport.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";

/** The node's X.509 credentials in `dir`: tls.crt, tls.key and ca.crt. @throws Error naming the file that is missing */
export async function readCredentials(dir: string): Promise<Credentials> {
  const [cert = "", key = "", ca = ""] = await Promise.all(
    ["tls.crt", "tls.key", "ca.crt"].map((name) => readFile(`${dir}/${name}`, "utf8")),
  );
  return { cert, key, ca };
}

/** Gives renewed credentials to a transport; channels that are open stay. */
export class CredentialsWatcher {
  private readonly dir: string;
  private readonly transport: Transport;
  private readonly log: Log;
  private current: Credentials;
  private refused: Credentials | undefined;
  private problem: string | undefined;

  constructor(dir: string, current: Credentials, transport: Transport, log: Log) {
    this.dir = dir;
    this.current = current;
    this.transport = transport;
    this.log = log;
  }

  /** For /health. */
  check(): CheckResult {
    return { value: this.problem ?? "in force", ok: this.problem === undefined };
  }

  /** Looks once. Never throws: files that are being replaced may not fit each other for a moment. */
  async look(): Promise<void> {
    try {
      const found = await readCredentials(this.dir);
      if (same(found, this.refused)) return;
      if (!same(found, this.current)) this.replace(found);
      this.problem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.problem) this.log.error({ reason: message }, "certificates not taken; those of before stay");
      this.problem = message;
    }
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!signal.aborted) await this.look();
    }
  }

  private replace(found: Credentials): void {
    this.refused = found;
    this.transport.setCredentials(found);
    this.refused = undefined;
    this.current = found;
    this.log.info("certificates renewed");
  }
}

function same(a: Credentials, b: Credentials | undefined): boolean {
  return a.cert === b?.cert && a.key === b.key && a.ca === b.ca;
}
