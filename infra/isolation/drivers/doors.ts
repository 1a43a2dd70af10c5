import type { Redis } from "ioredis";
import type { Client } from "pg";
import type { MonitorServer, TokenServer } from "../types.ts";

/** How the drivers reach the fleet. Connections are theirs to close. */
export interface Doors {
  /** A logged-in connection; throws the server's words (`WRONGPASS …`). */
  redis(user: string, password: string): Promise<Redis>;
  /** A logged-in connection; throws with the SQLSTATE in `code`. */
  postgres(user: string, password: string): Promise<Client>;
  /** One HTTPS request with the fleet's CA. */
  https(
    server: "qdrant" | "haproxy" | TokenServer | MonitorServer,
    call: HttpsCall,
  ): Promise<{ readonly status: number; readonly body: string }>;
  /** Runs a command on a node. `timeoutMs`: longest it may take, default 15 s. */
  exec(
    node: string,
    argv: readonly string[],
    timeoutMs?: number,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Opens a TCP connection from a node and closes it; throws when there is none. */
  reach(node: string, host: string, port: number): Promise<void>;
}

export interface HttpsCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as NDJSON, in place of `body`. */
  readonly lines?: string;
  /** Certificate and key to show, PEM. */
  readonly client?: ClientCertificate;
}

export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}
