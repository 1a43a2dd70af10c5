import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Redis } from "ioredis";
import { freePort } from "../../../infra/lab/free-port.ts";
import type { Certificates } from "./certificates.ts";
import { type Child, startChild } from "./child.ts";

export const ADMIN_PASSWORD = "admin-of-a-test";

const CONNECTION = "+ping +hello +auth +client|setname +client|id";
const STREAMS = "+xadd +xreadgroup +xack +xautoclaim +xclaim +xpending +xlen +xrange +xrevrange +xread +xtrim +xinfo";

/** A real Redis: TLS only, ACL users as a deployed one has, append-only file; can be killed and started again. */
export class RedisServer {
  readonly port: number;
  private readonly dir: string;
  private readonly certificates: Certificates;
  private child: Child | undefined;

  private constructor(dir: string, port: number, certificates: Certificates) {
    this.dir = dir;
    this.port = port;
    this.certificates = certificates;
  }

  static async start(dir: string, certificates: Certificates, writerPassword: string): Promise<RedisServer> {
    const server = new RedisServer(dir, await freePort(), certificates);
    mkdirSync(dir, { recursive: true });
    const writer = (prefix: string): string =>
      `user ${prefix.toLowerCase()}_writer on ${hash(writerPassword)} resetchannels -@all ${CONNECTION} ~${prefix}_* ` +
      `${STREAMS} (-@all +xadd ~HEALTH_EVENTS)`;
    const admin = `user dsmil_admin on ${hash(ADMIN_PASSWORD)} ~* &* +@all`;
    writeFileSync(`${dir}/users.acl`, ["user default off", admin, writer("ALPHA"), writer("BRAVO")].join("\n"));
    writeFileSync(
      `${dir}/redis.conf`,
      `port 0\ntls-port ${server.port}\nbind 127.0.0.1\ntls-auth-clients no\ntls-cert-file ${certificates.cert}
tls-key-file ${certificates.key}\ntls-ca-cert-file ${certificates.ca}\ndir ${dir}\naclfile ${dir}/users.acl
appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nsave ""\n`,
    );
    await server.up();
    return server;
  }

  /** Starts the process (again), unless it runs. */
  async up(): Promise<void> {
    if (this.child?.running) return;
    this.child = await startChild(["redis-server", `${this.dir}/redis.conf`], { ready: () => this.answers() });
  }

  /** Ends the process: SIGKILL is a crash. */
  async down(signal: NodeJS.Signals): Promise<void> {
    await this.child?.end(signal);
  }

  /** A connection as the administrator; the caller disconnects it. */
  admin(): Redis {
    const redis = new Redis({
      host: "localhost",
      port: this.port,
      username: "dsmil_admin",
      password: ADMIN_PASSWORD,
      tls: { ca: readFileSync(this.certificates.ca, "utf8") },
      disableClientInfo: true,
      maxRetriesPerRequest: 1,
    });
    redis.on("error", () => undefined);
    return redis;
  }

  private async answers(): Promise<boolean> {
    const redis = this.admin();
    try {
      return (await redis.ping()) === "PONG" && !(await redis.info("persistence")).includes("loading:1");
    } catch {
      return false;
    } finally {
      redis.disconnect();
    }
  }
}

function hash(password: string): string {
  return `#${createHash("sha256").update(password).digest("hex")}`;
}
