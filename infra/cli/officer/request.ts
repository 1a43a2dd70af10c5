import { createHash, randomBytes } from "node:crypto";
import { requestDigest, TWO_PERSON_CONTEXT } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { DEVICES } from "../../../images/runtime/devices.ts";
import type { Signer } from "../../../images/runtime/pqc/signer.ts";
import type { BusProbe } from "../../drills/types.ts";
import { UserError } from "../errors.ts";

/** What officers can sign. */
export type Asked =
  | { readonly what: "nc3-status" }
  | { readonly what: "stop"; readonly reason: string }
  | { readonly what: "release"; readonly releases: string }
  /** Needs no signature. */
  | { readonly what: "state" };

/** A request to a tenant's gate, with the signatures that it has so far: what officers pass to each other as a file. */
export interface OfficerRequest {
  readonly type: number;
  /** Upper-case id. */
  readonly tenant: string;
  readonly destination: number;
  /** Hex. */
  readonly message_id: string;
  /** What is asked, as the gate reads it. */
  readonly payload: string;
  /** Hex of key id and signature. */
  readonly signatures: readonly string[];
}

/** Minutes in which a request must be signed and sent; the gate allows no more than 5. */
const LIFE_MS = 5 * 60_000 - 5_000;
const FILE_KEYS = "destination,message_id,payload,signatures,tenant,type";
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const MESSAGE_ID = /^[0-9a-f]{32}$/;

/** @param tenant upper-case id */
export function newRequest(tenant: string, asked: Asked, now = Date.now()): OfficerRequest {
  const life = { expires_at: new Date(now + LIFE_MS).toISOString(), nonce: randomBytes(16).toString("hex") };
  const bodies = {
    "nc3-status": () => ({ query: "status", ...life }),
    stop: () => ({ order: "stop", ...life, reason: asked.what === "stop" ? asked.reason : "" }),
    release: () => ({ order: "release", ...life, releases: asked.what === "release" ? asked.releases : "" }),
    state: () => ({ order: "state" }),
  };
  return {
    type: asked.what === "nc3-status" ? TYPES.L9_NC3_QUERY : TYPES.L9_STOP_REQ,
    tenant,
    destination: DEVICES.stopGate,
    message_id: randomBytes(16).toString("hex"),
    payload: JSON.stringify(bodies[asked.what]()),
    signatures: [],
  };
}

/** The request with one more signature. @throws UserError for a third one, and for a second one with the same key */
export async function signRequest(request: OfficerRequest, key: Signer): Promise<OfficerRequest> {
  const id = createHash("sha256").update(key.publicKey, "hex").digest("hex");
  if (request.signatures.length >= 2) throw new UserError("the request has two signatures already", "send it");
  if (request.signatures.some((one) => one.startsWith(id))) {
    throw new UserError(
      "this key has signed the request already",
      "another officer has to sign it, with a key of theirs",
    );
  }
  const signature = await key.sign(requestDigest(envelopeOf(request)), TWO_PERSON_CONTEXT);
  return { ...request, signatures: [...request.signatures, id + signature.toString("hex")] };
}

/** The request as a gateway's operator interface takes it. */
export function probeOf({ signatures: [a, b], ...request }: OfficerRequest): BusProbe {
  return { ...request, ...(a && { signature_a: a }), ...(b && { signature_b: b }) };
}

/** Reads a request's file. @throws UserError */
export function parseRequest(text: string): OfficerRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && Object.keys(value).sort().join() === FILE_KEYS) {
    const request = value as OfficerRequest;
    const { type, tenant, destination, message_id, payload, signatures } = request;
    const numbers = Number.isInteger(type) && Number.isInteger(destination);
    const all = Array.isArray(signatures) ? [tenant, message_id, payload, ...signatures] : [undefined];
    const texts = all.every((one) => typeof one === "string");
    if (numbers && texts && TENANT.test(tenant) && MESSAGE_ID.test(message_id) && isPlain(request)) return request;
  }
  throw new UserError("the file is no officers' request", "make one with `bin/dsmil officer prepare`");
}

/** Whether what is asked is written in the one way there is: blanks and fields given twice could hide it from who signs. */
function isPlain({ payload }: OfficerRequest): boolean {
  try {
    return JSON.stringify(JSON.parse(payload)) === payload;
  } catch {
    return false;
  }
}

function envelopeOf({ type, tenant, destination, message_id, payload }: OfficerRequest): Envelope {
  return {
    ...{ type, flags: 0, messageId: Buffer.from(message_id, "hex"), source: 0, destination, timestamp: 0 },
    ...{ tlvs: { tenantId: tenant }, payload: Buffer.from(payload) },
  };
}
