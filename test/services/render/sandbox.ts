import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** nobody: servers refuse root or warn about it, and initdb wants a user that has a name. */
const UID = 65534;

/** A folder that stands for a container's file system: configuration, certificates, data. */
export class Sandbox {
  readonly folder: string = mkdtempSync(join(tmpdir(), "dsmil-render-"));
  private readonly children: ChildProcess[] = [];
  /** Last output of everything that ran, for messages. */
  output = "";

  constructor() {
    for (const name of ["certs", "data", "run", "wal"]) mkdirSync(join(this.folder, name));
    const [key, crt] = [this.path("certs/tls.key"), this.path("certs/tls.crt")];
    const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    execFileSync("openssl", [...request, "-subj", "/CN=localhost", "-addext", names, "-keyout", key, "-out", crt], {
      stdio: "pipe",
    });
    execFileSync("cp", [crt, this.path("certs/ca.crt")]);
    writeFileSync(this.path("certs/tls.pem"), execFileSync("cat", [crt, key]));
    chmodSync(key, 0o400);
    this.giveAway();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a configuration with the container's paths turned into ours. */
  write(name: string, text: string, paths: Readonly<Record<string, string>>): string {
    let ours = text;
    for (const [from, to] of Object.entries(paths)) {
      if (!ours.includes(from)) throw new Error(`${name} does not speak of ${from}`);
      ours = ours.replaceAll(from, to);
    }
    writeFileSync(this.path(name), ours);
    this.giveAway();
    return this.path(name);
  }

  /** Runs a command to its end; its exit code and output. */
  run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): { code: number; text: string } {
    try {
      const text = execFileSync(command, args, {
        ...this.identity(),
        env: { ...process.env, ...env },
        encoding: "utf8",
        stdio: "pipe",
      });
      return { code: 0, text };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string };
      return { code: status ?? -1, text: `${stdout}${stderr}` };
    }
  }

  /** Starts a server and waits until its port answers. */
  async start(command: string, args: readonly string[], port: number): Promise<ChildProcess> {
    const child = spawn(command, args, { ...this.identity(), cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    this.children.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-4_000);
      });
    }
    for (let tries = 0; !(await answers(port)); tries++) {
      if (child.exitCode !== null || tries > 200)
        throw new Error(`${command} does not answer on ${port}:\n${this.output}`);
      await pause(50);
    }
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.children) await stop(child);
    rmSync(this.folder, { recursive: true });
  }

  private identity(): { uid?: number; gid?: number } {
    return process.getuid?.() === 0 ? { uid: UID, gid: UID } : {};
  }

  private giveAway(): void {
    if (process.getuid?.() !== 0) return;
    for (const name of ["", ...readdirSync(this.folder, { recursive: true, encoding: "utf8" })]) {
      chownSync(this.path(name), UID, UID);
    }
  }
}

/** Asks a server to stop, as an engine does, and waits for it. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(late);
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Where a program is, if it is installed. */
export function which(program: string, more: readonly string[] = []): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", ...more];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
