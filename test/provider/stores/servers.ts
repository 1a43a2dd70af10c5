import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../infra/lab/free-port.ts";
import { issue, type LocalServer, SECRET, serve } from "./local-server.ts";

export type { LocalServer };

/** redis-server as the platform configures it: TLS only, ACL file, append-only file. */
export async function startRedis(): Promise<LocalServer> {
  const dir = mkdtempSync(join(tmpdir(), "dsmil-redis-"));
  issue(dir, "redis");
  const port = await freePort();
  // Off, but with rights: Redis 7.0 replays transactions in the append-only file as the default user.
  const users = ["user default off resetpass ~* &* +@all", `user dsmil_admin on >${SECRET} ~* &* +@all`];
  writeFileSync(join(dir, "users.acl"), `${users.join("\n")}\n`);
  const conf = [
    "port 0",
    `tls-port ${port}`,
    "bind 127.0.0.1",
    "tls-auth-clients no",
    "tls-cert-file tls.crt",
    "tls-key-file tls.key",
    "tls-ca-cert-file ca.crt",
    "aclfile users.acl",
    "appendonly yes",
    "maxmemory-policy noeviction",
    `dir ${dir}`,
  ];
  writeFileSync(join(dir, "redis.conf"), `${conf.join("\n")}\n`);
  const cli = [
    "-p",
    String(port),
    "--tls",
    "--cacert",
    "ca.crt",
    "--sni",
    "redis.dsmil.local",
    "--user",
    "dsmil_admin",
  ];
  return serve(
    dir,
    port,
    () => spawn("redis-server", ["redis.conf"], { cwd: dir }),
    () => {
      try {
        const env = { ...process.env, REDISCLI_AUTH: SECRET };
        return String(execFileSync("redis-cli", [...cli, "PING"], { cwd: dir, env, stdio: "pipe" })).includes("PONG");
      } catch {
        return false;
      }
    },
  );
}

const POSTGRES_BIN = "/usr/lib/postgresql/15/bin";

/** PostgreSQL 15 as the platform configures it: TLS only, SCRAM, superuser dsmil_admin, database dsmil. */
export async function startPostgres(): Promise<LocalServer> {
  const dir = mkdtempSync(join(tmpdir(), "dsmil-postgres-"));
  issue(dir, "postgres");
  const port = await freePort();
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"]))) as [number, number];
  const data = join(dir, "data");
  mkdirSync(data);
  writeFileSync(join(dir, "pw"), SECRET);
  for (const path of [dir, data, join(dir, "tls.key"), join(dir, "pw")]) chownSync(path, uid, gid);
  chmodSync(join(dir, "tls.key"), 0o600);
  const as = { uid, gid, cwd: dir };
  const init = [
    "-D",
    data,
    "-U",
    "dsmil_admin",
    "--pwfile=pw",
    "-A",
    "scram-sha-256",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
  ];
  execFileSync(join(POSTGRES_BIN, "initdb"), [...init, "--no-sync"], { ...as, stdio: "pipe" });
  writeFileSync(join(data, "pg_hba.conf"), "local all dsmil_admin trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: dir,
    ssl: "on",
    ssl_cert_file: join(dir, "tls.crt"),
    ssl_key_file: join(dir, "tls.key"),
    fsync: "off",
    max_connections: 60,
    log_statement: "all",
    log_min_messages: "log",
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const psql = (database: string, sql: string): boolean => {
    try {
      execFileSync("psql", ["-h", dir, "-p", String(port), "-U", "dsmil_admin", "-Atqc", sql, database], {
        stdio: "pipe",
      });
      return true;
    } catch {
      return false;
    }
  };
  const server = await serve(
    dir,
    port,
    () => {
      const child = spawn(join(POSTGRES_BIN, "postgres"), ["-D", data, ...flags], as);
      child.stderr?.on("data", (chunk) => writeFileSync(join(dir, "server.log"), String(chunk), { flag: "a" }));
      return child;
    },
    () => psql("postgres", "select 1"),
  );
  if (!psql("postgres", "create database dsmil")) throw new Error("cannot create database dsmil");
  return server;
}

/** Python packages of the lab's Qdrant, installed once for all tests; by the same hashes as in its image. */
function qdrantPackages(): string {
  const requirements = join(QDRANT, "requirements.txt");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const target = join(ROOT, "node_modules/.cache", `dsmil-qdrant-${digest}`);
  if (existsSync(target)) return target;
  const fresh = `${target}.${process.pid}`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
  const from = ["--only-binary", ":all:", "--target", fresh, "-r", requirements];
  execFileSync("python3", [...pip, ...from], { stdio: ["ignore", "ignore", "pipe"] });
  renameSync(fresh, target);
  return target;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const QDRANT = join(ROOT, "images/qdrant");

/** Starts the image's server with its files in the test's folder. */
const QDRANT_MAIN = `
import sys
from pathlib import Path
from threading import Thread
from server.figures import Figures, FiguresServer
from server.https import Server
from server.secrets_files import SecretFiles
from server.store import Store
folder, port, metrics = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store = Store(folder / "data")
figures = Figures(store)
if metrics:
    Thread(target=FiguresServer(metrics, figures).serve_forever, daemon=True).start()
try:
    Server(port, store, SecretFiles(folder, folder / "api_key"), 32 * 1024 * 1024, figures).serve_forever()
except KeyboardInterrupt:
    pass
`;

/** The lab's Qdrant, as its image runs it. @param metricsPort of its figures; 0: none */
export async function startQdrant(metricsPort = 0): Promise<LocalServer> {
  const dir = mkdtempSync(join(tmpdir(), "dsmil-qdrant-"));
  issue(dir, "qdrant");
  const port = await freePort();
  writeFileSync(join(dir, "api_key"), SECRET);
  mkdirSync(join(dir, "data"));
  const env = { ...process.env, PYTHONPATH: `${QDRANT}:${qdrantPackages()}`, PYTHONDONTWRITEBYTECODE: "1" };
  return serve(
    dir,
    port,
    () => spawn("python3", ["-c", QDRANT_MAIN, dir, String(port), String(metricsPort)], { cwd: dir, env }),
    () => {
      try {
        const curl = [
          "-sf",
          "--cacert",
          "ca.crt",
          "--connect-to",
          `::127.0.0.1:${port}`,
          "https://qdrant.dsmil.local/readyz",
        ];
        execFileSync("curl", curl, { cwd: dir, stdio: "pipe" });
        return true;
      } catch {
        return false;
      }
    },
  );
}
