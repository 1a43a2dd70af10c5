import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { freePort } from "../../../infra/lab/free-port.ts";
import { renderLokiConf, renderLokiOverrides } from "../../../infra/render/loki-conf.ts";
import { ensureLoki, lokiPath } from "../../../infra/toolchain/loki.ts";
import { until } from "./fabric.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Why there is no Loki to run; undefined where there is one. */
export const noLoki = (): string | undefined =>
  existsSync(lokiPath(root))
    ? undefined
    : "Loki is not built on this machine: node infra/toolchain/loki.ts, ten minutes";

/** The real Loki on loopback, with the configuration that the fleet's gets; its data are in a folder. */
export class LokiServer {
  readonly url: string;
  private readonly dir: string;
  private readonly program: string;
  private child: ChildProcess | undefined;
  private readonly log: string[] = [];

  /** @param tenants hours that each one's lines are kept, by its name in Loki */
  static async start(dir: string, tenants: Readonly<Record<string, number>>): Promise<LokiServer> {
    const server = new LokiServer(dir, await ensureLoki({ root }), await freePort(2));
    for (const folder of ["data", "cwd"]) mkdirSync(`${dir}/${folder}`, { recursive: true });
    const settings = { retentionHours: 168, address: "127.0.0.1", port: Number(new URL(server.url).port) };
    const places = { folder: `${dir}/data`, overrides: `${dir}/overrides.yaml` };
    writeFileSync(`${dir}/loki.yaml`, renderLokiConf({ ...settings, ...places }));
    writeFileSync(`${dir}/overrides.yaml`, renderLokiOverrides({ tenants }));
    await server.again();
    return server;
  }

  private constructor(dir: string, program: string, port: number) {
    this.dir = dir;
    this.program = program;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it with the data that there are, and waits until it is ready. */
  async again(): Promise<void> {
    const child = spawn(this.program, [`-config.file=${this.dir}/loki.yaml`], {
      cwd: `${this.dir}/cwd`,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, GOMEMLIMIT: "400MiB" },
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => this.log.push(String(data)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`Loki ended with ${child.exitCode}:\n${this.said()}`);
      return fetch(`${this.url}/ready`)
        .then(({ ok }) => ok)
        .catch(() => false);
    }, 120_000);
  }

  /** What it wrote elsewhere than into the folder of its data, which is all that its container lets it. */
  strays(): string[] {
    return readdirSync(`${this.dir}/cwd`);
  }

  /** The end of what it said. */
  said(): string {
    return this.log.join("").slice(-4000);
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}
