import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Credentials } from "../../../images/runtime/dbe/transport/transport.ts";
import { buildGoProgram } from "../../../infra/images/go-program.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Builds the QUIC sidecar for this machine into `folder`; the path of the program. */
export async function buildSidecar(folder: string): Promise<string> {
  const program = join(folder, "dbe-quic");
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  await buildGoProgram(
    { root, architecture, progress: () => {}, signal: undefined },
    "infra/toolchain/dbe-quic",
    program,
  );
  return program;
}

export interface SidecarOptions {
  readonly program: string;
  readonly domain: string;
  readonly credentials: Credentials;
  /** UDP address; a free port of loopback by default. */
  readonly listen?: string;
  readonly flags?: readonly string[];
}

/** A running QUIC sidecar with a folder of its own. */
export class Sidecar {
  /** Folder of its sockets. */
  readonly sockets: string;
  /** UDP port. */
  port = 0;
  /** What it logged, a JSON object a line. */
  readonly log: string[] = [];
  readonly #child: ChildProcess;

  /** @throws Error with its output when it does not come up */
  static async start(options: SidecarOptions): Promise<Sidecar> {
    const folder = mkdtempSync(join(tmpdir(), "t-dbe-"));
    const sidecar = new Sidecar(folder, options);
    const line = await sidecar.said("listening").catch(async (error: unknown) => {
      await sidecar.end("SIGKILL");
      throw error;
    });
    const listening = JSON.parse(line) as { udp: string };
    sidecar.port = Number(listening.udp.slice(listening.udp.lastIndexOf(":") + 1));
    return sidecar;
  }

  private constructor(folder: string, { program, domain, credentials, listen, flags = [] }: SidecarOptions) {
    this.sockets = folder;
    this.setFiles(credentials);
    const file = (name: string): string => join(folder, name);
    const paths = ["-sockets", folder, "-cert", file("tls.crt"), "-key", file("tls.key"), "-ca", file("ca.crt")];
    const args = ["-listen", listen ?? "127.0.0.1:0", "-domain", domain, ...paths, ...flags];
    this.#child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING: "true" },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.log.push(line));
    }
  }

  /** Writes the credentials' files, each at once. */
  setFiles({ cert, key, ca }: Credentials): void {
    for (const [name, text] of Object.entries({ "tls.crt": cert, "tls.key": key, "ca.crt": ca })) {
      writeFileSync(join(this.sockets, `${name}.new`), text, { mode: 0o600 });
      renameSync(join(this.sockets, `${name}.new`), join(this.sockets, name));
    }
  }

  /** The first line of the log from now (or from `since`) on that has this message; waits for it. */
  async said(message: string, since = 0): Promise<string> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const found = this.log.slice(since).find((line) => line.includes(`"msg":"${message}"`));
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`dbe-quic did not say "${message}":\n${this.log.join("\n")}`);
      }
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process by the signal, waits for it, and removes its folder; its exit code. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGCONT");
      this.#child.kill(signal);
      await ended;
    }
    rmSync(this.sockets, { recursive: true, force: true });
    return this.#child.exitCode;
  }
}
