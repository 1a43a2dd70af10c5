import { chmod, lstat, mkdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Operator } from "./operator.ts";
import { BadProbe, type ProbeRequest } from "./probe.ts";

/** Largest request, bytes: a probe with two signatures in hex and a payload. */
const BODY_LIMIT = 2 * 1024 * 1024;

/** The operators' socket. Who may open it is decided by the socket's folder and mode: the gateway's own user. */
export class ControlServer {
  private readonly path: string;
  private readonly app: FastifyInstance;

  constructor(path: string, operator: Operator, log: Log) {
    this.path = path;
    this.app = fastify({
      bodyLimit: BODY_LIMIT,
      logger: false,
      forceCloseConnections: true,
    }) as unknown as FastifyInstance;
    this.app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
      if (error instanceof DbeError) return reply.code(503).send({ error: error.detail, reason: error.reason });
      if (error instanceof BadProbe) return reply.code(400).send({ error: error.message });
      const status = error.statusCode ?? 500;
      if (status >= 500) log.error({ err: error }, "operator's request failed");
      return reply
        .code(status)
        .send({ error: status >= 500 ? "internal error; see the gateway's log" : error.message });
    });
    this.app.get("/v1/show", async () => operator.show());
    this.app.post<{ Body: PingBody }>("/v1/ping", { schema: { body: PING } }, async ({ body }) =>
      operator.ping(body.node, body.count ?? 1, body.tenant),
    );
    this.app.post<{ Body: { node?: string } }>("/v1/rotate", { schema: { body: ROTATE } }, async ({ body }) =>
      operator.rotate(body.node),
    );
    this.app.post<{ Body: ProbeRequest }>("/v1/send", { schema: { body: SEND } }, async ({ body }) =>
      operator.send(body),
    );
  }

  async listen(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const found = await lstat(this.path).catch(() => undefined);
    if (found?.isSocket()) await unlink(this.path);
    const before = process.umask(0o177);
    try {
      await this.app.listen({ path: this.path });
    } finally {
      process.umask(before);
    }
    await chmod(this.path, 0o600);
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

interface PingBody {
  readonly node: string;
  readonly count?: number;
  readonly tenant?: string;
}

const node = { type: "string", pattern: "^[a-z][a-z0-9-]{0,30}$" };
const text = { type: "string", maxLength: 32_768 };
const number = { type: "integer", minimum: 0 };
const either = { anyOf: [{ type: "integer" }, { type: "string", maxLength: 64 }] };
const tenant = { type: "string", maxLength: 64 };
const PING = {
  type: "object",
  required: ["node"],
  additionalProperties: false,
  properties: { node, count: { type: "integer", minimum: 1, maximum: 1000 }, tenant },
};
const ROTATE = { type: "object", additionalProperties: false, properties: { node } };
const SEND = {
  type: "object",
  required: ["type", "destination"],
  additionalProperties: false,
  properties: {
    ...{ type: either, tenant, source: number, destination: number },
    payload: { type: "string", maxLength: 1024 * 1024 },
    ...{ classification: either, roe_level: either, roe_token_id: number, deadline_ms: number },
    compartments: { anyOf: [number, { type: "array", maxItems: 32, items: tenant }] },
    ...{ signature_a: text, signature_b: text, claim_token: text, message_id: text },
    omit: { type: "array", maxItems: 8, items: { enum: ["tenant", "roe_token", "request_digest"] } },
  },
};
