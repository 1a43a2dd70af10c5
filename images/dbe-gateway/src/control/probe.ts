import { randomBytes } from "node:crypto";
import { requestDigest } from "../../../runtime/dbe/claim/request-digest.ts";
import { CLASSIFICATIONS, COMPARTMENTS, LIMITS, ROE_LEVELS, TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { reasonName, typeName } from "../../../runtime/dbe/codec/names.ts";
import type { Envelope, Tlvs } from "../../../runtime/dbe/codec/types.ts";

/** An operator's message, as JSON. */
export interface ProbeRequest {
  /** Name, or number such as `0x62`. */
  readonly type: string | number;
  readonly tenant?: string;
  /** Default 0, the node: who says otherwise is refused. */
  readonly source?: number;
  readonly destination: number;
  /** Text. */
  readonly payload?: string;
  readonly classification?: string | number;
  readonly compartments?: readonly string[] | number;
  readonly roe_level?: string | number;
  readonly roe_token_id?: number;
  /** Hex: key id and signature. */
  readonly signature_a?: string;
  readonly signature_b?: string;
  readonly claim_token?: string;
  /** Hex; the id that two people signed for, or one to send twice. */
  readonly message_id?: string;
  readonly deadline_ms?: number;
  /** What to leave out though it would be there: `tenant`, `roe_token`, `request_digest`. */
  readonly omit?: readonly string[];
}

/** A probe that makes no message; `message` says what is wrong with it. */
export class BadProbe extends Error {}

/** Types whose requests people sign. */
const SIGNED: ReadonlySet<number> = new Set([TYPES.L9_NC3_QUERY, TYPES.L9_STOP_REQ]);
const HEX = /^(?:[0-9a-f]{2})*$/i;

/** The message that a probe asks for. @throws BadProbe */
export function probeMessage(probe: ProbeRequest): Envelope {
  const { source = 0, destination, payload = "", omit = [] } = probe;
  const type = code("type", probe.type, TYPES);
  const messageId = probe.message_id ? hex("message_id", probe.message_id) : randomBytes(LIMITS.messageId);
  const message: Envelope = {
    type,
    flags: 0,
    messageId,
    source: whole("source", source),
    destination: whole("destination", destination),
    timestamp: Date.now(),
    tlvs: probeTlvs(probe, type),
    payload: Buffer.from(payload),
  };
  if (!SIGNED.has(type) || omit.includes("request_digest")) return message;
  return { ...message, tlvs: { ...message.tlvs, requestDigest: requestDigest(message) } };
}

/** What came back, as JSON. */
export function probeAnswer({ type, source, messageId, tlvs, payload }: Envelope, milliseconds: number) {
  return {
    type: `0x${type.toString(16).padStart(2, "0")}`,
    name: typeName(type),
    ...(tlvs.reason !== undefined && { reason: reasonName(tlvs.reason) }),
    source,
    message_id: messageId.toString("hex"),
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    payload: payload.toString("utf8").slice(0, 64 * 1024),
  };
}

function probeTlvs(probe: ProbeRequest, type: number): Tlvs {
  const { tenant, classification, compartments, roe_level, roe_token_id, omit = [], deadline_ms = 10_000 } = probe;
  const { signature_a, signature_b, claim_token } = probe;
  const strategic = type === TYPES.L9_COA_REQ || SIGNED.has(type);
  const token = roe_token_id ?? (strategic ? 0x8000 + 3 * probe.destination : undefined);
  return {
    deadlineMs: whole("deadline_ms", deadline_ms, 120_000),
    ...(tenant !== undefined && !omit.includes("tenant") && { tenantId: tenant }),
    ...(classification !== undefined && { classification: code("classification", classification, CLASSIFICATIONS) }),
    ...(compartments !== undefined && { compartments: mask(compartments) }),
    ...(roe_level !== undefined && { roeLevel: code("roe_level", roe_level, ROE_LEVELS) }),
    ...(token !== undefined && !omit.includes("roe_token") && { roeTokenId: whole("roe_token_id", token, 0xffffffff) }),
    ...(signature_a !== undefined && { signatureA: hex("signature_a", signature_a) }),
    ...(signature_b !== undefined && { signatureB: hex("signature_b", signature_b) }),
    ...(claim_token !== undefined && { claimToken: Buffer.from(claim_token) }),
  };
}

function code(key: string, value: string | number, names: Readonly<Record<string, number>>): number {
  const number = typeof value === "string" && Object.hasOwn(names, value) ? names[value] : Number(value);
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) <= 0xff) return number as number;
  throw new BadProbe(`"${key}" must be a number from 0 to 255 or one of ${Object.keys(names).join(", ")}`);
}

function mask(value: readonly string[] | number): number {
  if (typeof value === "number") return whole("compartments", value, 0xffffffff);
  const bits: Readonly<Record<string, number>> = COMPARTMENTS;
  return value.reduce((all, name) => (all | code("compartments", name, bits)) >>> 0, 0);
}

function whole(key: string, value: number, most = 0xffff): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new BadProbe(`"${key}" must be a whole number from 0 to ${most}`);
}

function hex(key: string, value: string): Buffer {
  if (typeof value === "string" && HEX.test(value)) return Buffer.from(value, "hex");
  throw new BadProbe(`"${key}" must be hex digits`);
}
