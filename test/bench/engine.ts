import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readAccess } from "../../infra/access/access.ts";
import { writeSshConfig } from "../../infra/access/ssh-config.ts";

const SOCKET = "/var/run/docker.sock";
/** Engine API 1.41: Docker 20.10, the oldest that is supported. */
const API = "/v1.41";
const CONNECT_MS = 15_000;
/** Longest silence of an engine within a call; starting a container on a busy machine takes seconds. */
const CALL_MS = 120_000;

/** A node's engine, spoken to directly: HTTP over its socket, which one SSH connection forwards to a socket here. */
export class Engine {
  readonly node: string;
  readonly #folder: string;
  readonly #ssh: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });
  #said = "";

  private constructor(node: string, config: string, cwd: string) {
    this.node = node;
    this.#folder = mkdtempSync(join(tmpdir(), "dsmil-bench-"));
    const options = ["-o", "ControlPath=none", "-o", "ExitOnForwardFailure=yes"];
    // A group of its own: the sweep after a Ctrl-C still needs it.
    this.#ssh = spawn("ssh", ["-F", config, ...options, "-N", "-L", `${this.#socket}:${SOCKET}`, node], {
      cwd,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#ssh.stderr?.on("data", (chunk: Buffer) => {
      this.#said = chunk.toString().trim();
    });
  }

  get #socket(): string {
    return join(this.#folder, "docker.sock");
  }

  static async connect(root: string, node: string): Promise<Engine> {
    readAccess(root, node);
    const engine = new Engine(node, writeSshConfig(root), root);
    const deadline = Date.now() + CONNECT_MS;
    while (!existsSync(engine.#socket)) {
      if (engine.#ssh.exitCode !== null || Date.now() > deadline) {
        engine.close();
        throw new Error(`${node}: its engine's socket cannot be forwarded: ${engine.#said || "no answer"}`);
      }
      await sleep(20);
    }
    return engine;
  }

  /**
   * One call.
   * @param allowed statuses besides 2xx that are no error: 304, 404
   * @throws naming node, call and what the engine answered
   */
  call<T>(method: string, path: string, body?: unknown, allowed: readonly number[] = []): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { "content-type": "application/json" };
    const options = { method, path: `${API}${path}`, socketPath: this.#socket, agent: this.#agent, headers };
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.node}: engine ${method} ${path}: ${why}`));
      const asking = request({ ...options, timeout: CALL_MS }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", (error) => fail(error.message));
        response.on("end", () => {
          const text = Buffer.concat(parts).toString();
          const status = response.statusCode ?? 0;
          if ((status < 200 || status > 299) && !allowed.includes(status)) fail(`${status} ${text.trim()}`);
          else resolve((text === "" ? undefined : JSON.parse(text)) as T);
        });
      });
      asking.on("timeout", () => asking.destroy(new Error(`no answer within ${CALL_MS / 1000} s`)));
      asking.on("error", (error) => fail([error.message, this.#said].filter((text) => text !== "").join("; ")));
      asking.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#ssh.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
