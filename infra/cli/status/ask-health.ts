import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createConnection } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { NodeConnection } from "../../access/connection.ts";
import type { Container } from "../../model/types.ts";
import type { ServiceHealth } from "./types.ts";

const TIMEOUT_MS = 4000;
const MAX_BODY = 64 * 1024;

interface Answer {
  readonly health: ServiceHealth;
  readonly cause?: string;
}

/** The document our own services answer on /health (Phase 9 §4.2). */
interface HealthDocument {
  readonly status?: string;
  readonly checks?: Readonly<Record<string, unknown>>;
}

/** Asks one container for its health, through the SSH connection to its node. */
export async function askHealth(
  connection: NodeConnection,
  ip: string,
  { name, service, health, device }: Container,
): Promise<Answer> {
  if (health.kind === "exec") return askInside(connection, name, health.argv);
  const forward = await connection.forward(ip, health.port);
  try {
    if (health.kind === "tcp") return await accepts(forward.port);
    // Services of ours explain themselves; others only say whether they are alive.
    const explains = device !== undefined || service === "dbe-gateway";
    const path = explains ? "/health" : (health.path ?? "/");
    const { status, body } = await get(health.kind, forward.port, path);
    if (!explains) return status === 200 ? { health: "healthy" } : { health: "unhealthy", cause: `HTTP ${status}` };
    return judge(status, body);
  } catch (error) {
    return { health: "unhealthy", cause: error instanceof Error ? error.message : String(error) };
  } finally {
    forward.close();
  }
}

async function askInside(connection: NodeConnection, name: string, argv: readonly string[]): Promise<Answer> {
  const { code, stderr } = await connection.exec(["docker", "exec", name, ...argv], { timeoutMs: TIMEOUT_MS });
  return code === 0 ? { health: "healthy" } : { health: "unhealthy", cause: stderr.trim() || `exit status ${code}` };
}

function judge(status: number, body: string): Answer {
  const document = JSON.parse(body) as HealthDocument;
  const known: readonly string[] = ["healthy", "degraded", "unhealthy"];
  const health = known.includes(document.status ?? "") ? (document.status as ServiceHealth) : "unhealthy";
  if (health === "healthy") return { health };
  const bad = Object.entries(document.checks ?? {}).filter(([, v]) => v !== true && v !== "connected" && v !== "ok");
  return { health, cause: bad.map(([k, v]) => `${k}: ${String(v)}`).join(", ") || `HTTP ${status}` };
}

/** The forward accepts at once; only a connection that is still open after a moment reached the service. */
async function accepts(port: number): Promise<Answer> {
  const socket = createConnection({ host: "127.0.0.1", port });
  const closed = once(socket, "close").then(() => false);
  const open = await Promise.race([closed, setTimeout(300, true)]);
  socket.destroy();
  return open ? { health: "healthy" } : { health: "unhealthy", cause: "connection refused" };
}

function get(kind: "http" | "https", port: number, path: string): Promise<{ status: number; body: string }> {
  const send = kind === "https" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // Liveness over the authenticated SSH channel; whom the certificate names is the clients' business.
    const options = { host: "127.0.0.1", port, path, timeout: TIMEOUT_MS, rejectUnauthorized: false, agent: false };
    const request = send(options, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        if (body.length < MAX_BODY) body += chunk.toString("utf8");
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    request.end();
  });
}
