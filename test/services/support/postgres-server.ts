import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";
import { freePort } from "../../../infra/lab/free-port.ts";
import type { Certificates } from "./certificates.ts";
import { type Child, startChild } from "./child.ts";
import { tenantSchema } from "./tenant-schema.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const DATABASE = "dsmil";

/** What the image takes from every role when it makes a database, as its entry point has it. */
function deniedByImage(): string {
  const script = readFileSync(`${import.meta.dirname}/../../../images/postgres/entry.sh`, "utf8");
  const block = /DO \\\$\\\$ DECLARE[\s\S]*?END \\\$\\\$;/.exec(script)?.[0];
  if (block === undefined) throw new Error("images/postgres/entry.sh revokes nothing any more");
  return block.replaceAll("\\$", "$");
}

/** A real PostgreSQL 15: TLS only, SCRAM, a tenant schema with forced RLS; can be stopped and started again. */
export class PostgresServer {
  readonly port: number;
  readonly database = DATABASE;
  private readonly data: string;
  readonly ca: string;
  private readonly owner: { readonly uid: number; readonly gid: number };
  private child: Child | undefined;

  private constructor(data: string, port: number, ca: string, owner: { uid: number; gid: number }) {
    this.data = data;
    this.port = port;
    this.ca = ca;
    this.owner = owner;
  }

  static async start(dir: string, certificates: Certificates, appPassword: string): Promise<PostgresServer> {
    const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    const owner = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : ownId();
    const data = `${dir}/data`;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const pwfile = `${dir}/pw`;
    writeFileSync(pwfile, "superuser-of-a-test\n");
    for (const path of [dir, data, pwfile]) chownSync(path, owner.uid, owner.gid);
    const options = [
      "-D",
      data,
      "-U",
      "dsmil_admin",
      "--pwfile",
      pwfile,
      "-A",
      "scram-sha-256",
      "--no-sync",
      "-E",
      "UTF8",
    ];
    execFileSync(`${BIN}/initdb`, options, { ...owner, stdio: "pipe" });
    for (const name of ["cert", "key"] as const) {
      copyFileSync(certificates[name], `${data}/tls.${name}`);
      chownSync(`${data}/tls.${name}`, owner.uid, owner.gid);
      chmodSync(`${data}/tls.${name}`, 0o600);
    }
    const server = new PostgresServer(data, await freePort(), readFileSync(certificates.ca, "utf8"), owner);
    writeFileSync(
      `${data}/postgresql.auto.conf`,
      `listen_addresses = '127.0.0.1'\nport = ${server.port}\nunix_socket_directories = ''\nssl = on
ssl_cert_file = 'tls.cert'\nssl_key_file = 'tls.key'\nshared_buffers = '32MB'\nmax_connections = 20\n`,
    );
    writeFileSync(`${data}/pg_hba.conf`, "hostssl all all 127.0.0.1/32 scram-sha-256\n");
    await server.up();
    await server.sql(`create database ${DATABASE}`, "postgres");
    await server.sql(deniedByImage());
    await server.sql(tenantSchema("alpha", appPassword));
    return server;
  }

  /** Starts the process (again), unless it runs. */
  async up(): Promise<void> {
    if (this.child?.running) return;
    const ready = () =>
      this.sql("select 1", "postgres").then(
        () => true,
        () => false,
      );
    this.child = await startChild([`${BIN}/postgres`, "-D", this.data], { ...this.owner, ready });
  }

  /** SIGINT is a fast shutdown, SIGQUIT an immediate one. */
  async down(signal: NodeJS.Signals): Promise<void> {
    await this.child?.end(signal);
  }

  /** Runs a statement as the superuser and returns its rows. */
  async sql(text: string, database = DATABASE): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({
      host: "localhost",
      port: this.port,
      database,
      user: "dsmil_admin",
      password: "superuser-of-a-test",
      ssl: { ca: this.ca },
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
}

function ownId(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
