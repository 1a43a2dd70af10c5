import { createHash } from "node:crypto";
import { DbeError } from "../codec/error.ts";
import { Cursor } from "./cursor.ts";
import { PROTOCOL_VERSION, SIZES, SUITE } from "./suite.ts";

/** What HS_INIT says. */
export interface Init {
  /** Who begins. */
  readonly node: string;
  /** Whom it wants to speak to. */
  readonly to: string;
  readonly nonce: Buffer;
  readonly point: Buffer;
  readonly encapsulationKey: Buffer;
}

/** What HS_RESPONSE says in clear. */
export interface Response {
  readonly node: string;
  readonly nonce: Buffer;
  readonly point: Buffer;
  readonly ciphertext: Buffer;
  readonly session: number;
}

const NODE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NODE = 31;
const OFFER_LABEL = "dsmil-dbe-v1 offer";

/** Whether a text can be a node's id. */
export function isNodeId(node: string): boolean {
  return node.length >= 2 && node.length <= MAX_NODE && NODE.test(node);
}

/** HS_INIT's payload without the digest of the offer, which is added when the header is known. */
export function encodeOffer(init: Init): Buffer {
  return Buffer.concat([suite(), name(init.node), name(init.to), init.nonce, init.point, init.encapsulationKey]);
}

/** SHA-384 over what is offered: the transport's binding, the header and all fields. */
export function offerDigest(binding: Buffer, header: Buffer, offer: Buffer): Buffer {
  return createHash("sha384").update(OFFER_LABEL).update(binding).update(header).update(offer).digest();
}

/** HS_INIT's fields, the bytes of the offer and their digest. @throws DbeError MALFORMED, UNSUPPORTED_VERSION, DOWNGRADE */
export function decodeInit(payload: Buffer): { init: Init; offer: Buffer; digest: Buffer } {
  const cursor = new Cursor(payload);
  checkSuite(cursor);
  const init = {
    node: readName(cursor),
    to: readName(cursor),
    nonce: cursor.bytes(SIZES.nonce),
    point: cursor.bytes(SIZES.point),
    encapsulationKey: cursor.bytes(SIZES.encapsulationKey),
  };
  const offer = payload.subarray(0, cursor.position);
  const digest = cursor.bytes(SIZES.digest);
  cursor.end();
  return { init, offer, digest };
}

/** HS_RESPONSE's part in clear. */
export function encodeResponse(response: Response): Buffer {
  const session = Buffer.alloc(4);
  session.writeUInt32BE(response.session);
  return Buffer.concat([suite(), name(response.node), response.nonce, response.point, response.ciphertext, session]);
}

/** HS_RESPONSE's fields, their bytes and what is sealed. @throws DbeError MALFORMED, UNSUPPORTED_VERSION, DOWNGRADE */
export function decodeResponse(payload: Buffer): { response: Response; clear: Buffer; sealed: Buffer } {
  const cursor = new Cursor(payload);
  checkSuite(cursor);
  const response = {
    node: readName(cursor),
    nonce: cursor.bytes(SIZES.nonce),
    point: cursor.bytes(SIZES.point),
    ciphertext: cursor.bytes(SIZES.ciphertext),
    session: cursor.u32(),
  };
  if (response.session === 0) throw new DbeError("MALFORMED", "a session's id is not 0");
  const clear = payload.subarray(0, cursor.position);
  return { response, clear, sealed: cursor.rest() };
}

function suite(): Buffer {
  return Buffer.from([PROTOCOL_VERSION, SUITE >> 8, SUITE & 0xff]);
}

function checkSuite(cursor: Cursor): void {
  const version = cursor.u8();
  if (version !== PROTOCOL_VERSION) {
    throw new DbeError("UNSUPPORTED_VERSION", `handshake version ${version}, this side speaks ${PROTOCOL_VERSION}`);
  }
  const offered = cursor.u16();
  if (offered !== SUITE) throw new DbeError("DOWNGRADE", `suite ${offered}, this side takes suite ${SUITE} only`);
}

function name(node: string): Buffer {
  return Buffer.concat([Buffer.from([node.length]), Buffer.from(node, "latin1")]);
}

function readName(cursor: Cursor): string {
  const text = cursor.bytes(cursor.u8()).toString("latin1");
  if (!isNodeId(text)) throw new DbeError("MALFORMED", "a node id that is none");
  return text;
}
