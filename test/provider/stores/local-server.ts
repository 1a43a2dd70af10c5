import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeLink } from "../../../infra/provider/handler.ts";

/** A real store, started for one test file in a folder and on a port of its own. */
export interface LocalServer {
  readonly dir: string;
  readonly port: number;
  readonly ca: string;
  readonly secret: string;
  /** The node's connection that leads to this server. */
  connect(node: string): Promise<NodeLink>;
  /** Whether the node's engine says that the container runs. */
  running: boolean;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Password of the administrator in all tests. */
export const SECRET = "Admin0123456789abcdefABCDEF";

/** A CA and a server certificate for `<store>.dsmil.local`, and for localhost, in `dir`. */
export function issue(dir: string, store: string): void {
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=test CA");
  openssl("req", ...key, "-keyout", "tls.key", "-out", "tls.csr", "-subj", `/CN=${store}.dsmil.local`);
  writeFileSync(join(dir, "san"), `subjectAltName=DNS:${store}.dsmil.local,DNS:localhost`);
  const sign = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"];
  openssl("x509", "-req", "-in", "tls.csr", ...sign, "-out", "tls.crt");
}

function linkTo(server: { dir: string; port: number; running: boolean }): NodeLink {
  return {
    async exec(argv) {
      if (argv[0] === "cat") {
        return { code: 0, stdout: `${readFileSync(join(server.dir, "ca.crt"), "utf8")}${SECRET}\n`, stderr: "" };
      }
      return { code: 0, stdout: server.running ? "true 127.0.0.1 \n" : "false \n", stderr: "" };
    },
    forward: async () => ({ port: server.port, close: () => undefined }),
    stream: async () => createConnection({ host: "127.0.0.1", port: server.port }),
  };
}

/** Runs a server until it is ready; `start` again after a restart. */
export async function serve(
  dir: string,
  port: number,
  start: () => ChildProcess,
  ready: () => boolean,
): Promise<LocalServer> {
  let child: ChildProcess;
  const up = async (): Promise<void> => {
    child = start();
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout?.on("data", (chunk) => {
      said += String(chunk);
    });
    for (let tries = 0; !ready(); tries++) {
      if (child.exitCode !== null || tries > 300) throw new Error(`server did not start: ${said}`);
      await sleep(50);
    }
  };
  const down = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  };
  await up();
  const server: LocalServer = {
    dir,
    port,
    running: true,
    ca: readFileSync(join(dir, "ca.crt"), "utf8"),
    secret: SECRET,
    connect: async () => linkTo(server),
    async restart() {
      await down();
      await up();
    },
    async stop() {
      await down();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return server;
}
