import { chmod, lstat, readFile, unlink } from "node:fs/promises";
import fastify, { type FastifyInstance } from "fastify";
import type { Log } from "../../log.ts";
import { FLAGS, LIMITS, type Reason, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { errorReply } from "../codec/error-reply.ts";
import { decodeLocal, encodeLocal } from "../codec/local.ts";
import type { Envelope, Tlvs } from "../codec/types.ts";
import { Answered } from "./answered.ts";
import { firstSent } from "./first-sent.ts";
import { type FolderIdentity, IDENTITY_FILE, parseFolderIdentity } from "./folder-identity.ts";
import { CONTENT_TYPE, MESSAGES_PATH } from "./post-frame.ts";

/** What a service answers; tenant, devices and message id are the request's. */
export interface Reply {
  readonly type: number;
  readonly payload: Buffer;
  readonly tlvs?: Omit<Tlvs, "tenantId" | "deadlineMs" | "reason">;
}

/**
 * Works on one message. What it returns is the answer; nothing, where the message asked for none. A DbeError becomes an
 * ERROR of its reason, anything else INTERNAL. The message's buffers are its own.
 */
export type Handler = (message: Envelope, signal: AbortSignal) => Promise<Reply | undefined>;

export interface DbeInboxOptions {
  /** The container's folder (default `/run/dbe`). */
  readonly folder?: string;
  /** By message type; a type without one is refused with UNKNOWN_TYPE. ECHO_REQ is answered without a handler. */
  readonly handlers: Readonly<Record<number, Handler>>;
  readonly log: Log;
  /** Messages worked on at a time; beyond, OVERLOADED (default 64). */
  readonly concurrency?: number;
  /** Largest payload taken, bytes (default 1 MiB): up to `concurrency` and more of them are in memory at a time. */
  readonly maxPayload?: number;
  /**
   * Types whose handlers may work on a message again: their answers are not kept for copies. For questions, which change
   * nothing.
   */
  readonly repeatable?: ReadonlySet<number>;
  /** How far the clocks of nodes may differ, ms (default 30,000). */
  readonly skewMs?: number;
}

const DEFAULT_DEADLINE_MS = 10_000;

/**
 * Takes the messages for this container's device at `inbox.sock`, each once: a copy gets the answer of the first one. A
 * copy whose first may have gone to an earlier process of this service is refused (DESTINATION_UNAVAILABLE), as nobody
 * knows what became of it.
 */
export class DbeInbox {
  private readonly options: Required<DbeInboxOptions>;
  private readonly app: FastifyInstance;
  private readonly answered: Answered;
  private identity: FolderIdentity | undefined;
  private running = 0;

  constructor(options: DbeInboxOptions) {
    const defaults = { folder: "/run/dbe", concurrency: 64, skewMs: LIMITS.timestampMs, maxPayload: LIMITS.payload };
    this.options = { ...defaults, repeatable: new Set(), ...options };
    this.answered = new Answered(Date.now() + this.options.skewMs);
    this.app = fastify({
      bodyLimit: LIMITS.frame - LIMITS.payload + this.options.maxPayload,
      logger: false,
      forceCloseConnections: "idle",
    });
    this.app.addContentTypeParser(CONTENT_TYPE, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    this.app.post(MESSAGES_PATH, async (request, reply) => {
      const answer = await this.take(request.body as Buffer);
      return reply.type(CONTENT_TYPE).send(answer);
    });
  }

  /** Begins to take messages; replaces the socket of an earlier process. */
  async listen(): Promise<void> {
    await this.readIdentity();
    const path = `${this.options.folder}/inbox.sock`;
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSocket()) await unlink(path);
    await this.app.listen({ path });
    await chmod(path, 0o660);
  }

  /** Takes no more messages; those at work are finished. */
  async close(): Promise<void> {
    await this.app.close();
  }

  private async take(frame: Buffer): Promise<Buffer> {
    const message = decodeLocal(frame);
    const refused = await this.refusal(message);
    if (refused) return encodeLocal(errorReply(message, refused, Date.now()));
    if (this.options.repeatable.has(message.type)) return this.work(message);
    return this.answered.once(message, Date.now(), () => this.work(message));
  }

  private async refusal(message: Envelope): Promise<Reason | undefined> {
    if (!(await this.isForUs(message))) return "TENANT_MISMATCH";
    if (this.answered.has(message)) return undefined;
    const sent = this.options.repeatable.has(message.type) ? undefined : firstSent(message);
    if (sent !== undefined && this.answered.mayBeForgotten(sent)) return "DESTINATION_UNAVAILABLE";
    return this.running >= this.options.concurrency ? "OVERLOADED" : undefined;
  }

  /** The gateway has checked this; a socket that led a message to the wrong folder must not matter. */
  private async isForUs({ destination, tlvs }: Envelope): Promise<boolean> {
    const fits = (identity: FolderIdentity | undefined): boolean =>
      identity?.device === destination && (identity.tenants === "*" || identity.tenants.has(tlvs.tenantId ?? ""));
    return fits(this.identity) || fits(await this.readIdentity());
  }

  private async readIdentity(): Promise<FolderIdentity> {
    const text = await readFile(`${this.options.folder}/${IDENTITY_FILE}`, "utf8");
    this.identity = parseFolderIdentity(text);
    return this.identity;
  }

  private async work(message: Envelope): Promise<Buffer> {
    const signal = AbortSignal.timeout(message.tlvs.deadlineMs ?? DEFAULT_DEADLINE_MS);
    this.running += 1;
    // A handler that outlives its deadline keeps its place until it ends.
    const reply = this.replyTo(message, signal).finally(() => {
      this.running -= 1;
    });
    try {
      return encodeLocal(answerOf(message, await Promise.race([reply, expired(signal)])));
    } catch (error) {
      const reason = error instanceof DbeError ? error.reason : "INTERNAL";
      if (reason === "INTERNAL") this.options.log.error({ err: error, type: message.type }, "message not handled");
      return encodeLocal(errorReply(message, reason, Date.now()));
    }
  }

  private async replyTo(message: Envelope, signal: AbortSignal): Promise<Reply> {
    const accepted = { type: TYPES.ACCEPTED, payload: Buffer.alloc(0) };
    const oneWay = (message.flags & FLAGS.NO_REPLY) !== 0;
    if (message.type === TYPES.ECHO_REQ) {
      return oneWay ? accepted : { type: TYPES.ECHO_RESP, payload: message.payload };
    }
    const handler = this.options.handlers[message.type];
    if (!handler) throw new DbeError("UNKNOWN_TYPE", `this service takes no messages of type ${message.type}`);
    const reply = await handler(message, signal);
    return oneWay ? accepted : (reply ?? accepted);
  }
}

/** Rejects when the deadline is over. */
function expired(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new DbeError("TIMEOUT", "the handler did not end in time")));
  });
}

function answerOf(message: Envelope, { type, payload, tlvs }: Reply): Envelope {
  const { messageId, source, destination } = message;
  const { tenantId, traceId } = message.tlvs;
  return {
    type,
    flags: FLAGS.RESPONSE,
    messageId,
    source: destination,
    destination: source,
    timestamp: Date.now(),
    tlvs: { ...(traceId && { traceId }), ...tlvs, ...(tenantId !== undefined && { tenantId }) },
    payload,
  };
}
