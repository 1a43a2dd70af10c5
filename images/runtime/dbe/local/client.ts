import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { FLAGS, LIMITS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { decodeLocal, encodeLocal } from "../codec/local.ts";
import { reasonName } from "../codec/names.ts";
import type { Envelope, Tlvs } from "../codec/types.ts";
import { firstSentTlv } from "./first-sent.ts";
import { type FolderIdentity, IDENTITY_FILE, parseFolderIdentity } from "./folder-identity.ts";
import { BrokenConnection, postFrame } from "./post-frame.ts";

export interface DbeClientOptions {
  /** The container's folder (default `/run/dbe`), with identity.json and gateway.sock. */
  readonly folder?: string;
  /** Requests at a time; further ones wait for their turn (default 32). */
  readonly connections?: number;
}

/** A message to send. */
export interface OutgoingMessage {
  /** One of TYPES that asks. */
  readonly type: number;
  /** Upper-case tenant id. */
  readonly tenant: string;
  /** Device spoken to; 0 is this node. */
  readonly destination: number;
  readonly payload: Buffer;
  /** Time in which the answer must be here, ms (default 10,000, at most 120,000). */
  readonly deadlineMs?: number;
  /** From `newMessageId()`, where it must be known before; a claim token names it. */
  readonly messageId?: Buffer;
  /** Classification, compartments, ROE level and token, signatures, claim token, trace id … */
  readonly tlvs?: Omit<Tlvs, "tenantId" | "deadlineMs" | "reason" | "extra">;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Speaks to the bus through the gateway of this node, without a key: the folder is the identity. A gateway that restarts
 * is waited for and asked again with the same message id, which the far side acts on once.
 */
export class DbeClient {
  private readonly folder: string;
  private readonly agent: Agent;
  private identity: FolderIdentity | undefined;

  constructor({ folder = "/run/dbe", connections = 32 }: DbeClientOptions = {}) {
    this.folder = folder;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: 8 });
  }

  /** A fresh id of 16 random bytes. */
  newMessageId(): Buffer {
    return randomBytes(LIMITS.messageId);
  }

  /**
   * Sends a request and returns the answer of the service it is for.
   * @throws DbeError with the reason of an ERROR answer; TIMEOUT when the deadline passed, DESTINATION_UNAVAILABLE when
   *   the gateway was not reached in that time
   */
  request(message: OutgoingMessage): Promise<Envelope> {
    return this.exchange(message, 0);
  }

  /**
   * Sends a message one way; returns when the service it is for has taken it.
   * @throws DbeError as `request`
   */
  async send(message: OutgoingMessage): Promise<void> {
    await this.exchange(message, FLAGS.NO_REPLY);
  }

  close(): void {
    this.agent.destroy();
  }

  private async exchange(message: OutgoingMessage, flags: number): Promise<Envelope> {
    const { deadlineMs = 10_000, messageId = this.newMessageId() } = message;
    const begun = Date.now();
    const until = performance.now() + deadlineMs;
    const abort = AbortSignal.timeout(deadlineMs);
    const source = await this.device();
    let sent = false;
    for (let attempt = 0; ; attempt++) {
      const remaining = Math.floor(until - performance.now());
      if (remaining < 1) throw late(sent, deadlineMs);
      const envelope: Envelope = {
        type: message.type,
        flags: flags | (sent ? FLAGS.RETRY : 0),
        messageId,
        source,
        destination: message.destination,
        timestamp: Date.now(),
        tlvs: {
          ...message.tlvs,
          ...(sent && { extra: firstSentTlv(begun) }),
          tenantId: message.tenant,
          deadlineMs: remaining,
        },
        payload: message.payload,
      };
      const outcome = await this.attempt(encodeLocal(envelope), abort);
      if (Buffer.isBuffer(outcome)) return understood(outcome, messageId);
      if (!(outcome instanceof BrokenConnection)) {
        if (abort.aborted) throw late(true, deadlineMs);
        throw new DbeError("INTERNAL", `the gateway's answer: ${outcome.message}`, { cause: outcome });
      }
      sent ||= outcome.mayHaveArrived;
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt, remaining));
    }
  }

  private attempt(frame: Buffer, signal: AbortSignal): Promise<Buffer | Error> {
    return postFrame(this.agent, `${this.folder}/gateway.sock`, frame, signal).catch((error: Error) => error);
  }

  private async device(): Promise<number> {
    const path = `${this.folder}/${IDENTITY_FILE}`;
    try {
      this.identity ??= parseFolderIdentity(await readFile(path, "utf8"));
      return this.identity.device;
    } catch (error) {
      throw new DbeError("INTERNAL", `${path}: ${(error as Error).message}; \`dsmil up\` lays it`, { cause: error });
    }
  }
}

function understood(frame: Buffer, messageId: Buffer): Envelope {
  const answer = decodeLocal(frame);
  if (answer.type === TYPES.ERROR) {
    const reason = reasonName(answer.tlvs.reason ?? 0) ?? "INTERNAL";
    throw new DbeError(reason, "refused; the gateways' logs and the audit trail say why");
  }
  if (!answer.messageId.equals(messageId)) throw new DbeError("INTERNAL", "the gateway answered another message");
  return answer;
}

function late(sent: boolean, deadlineMs: number): DbeError {
  if (sent) return new DbeError("TIMEOUT", `no answer within ${deadlineMs} ms`);
  return new DbeError("DESTINATION_UNAVAILABLE", `this node's gateway was not reached within ${deadlineMs} ms`);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
