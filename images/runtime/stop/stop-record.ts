import { requestDigest } from "../dbe/claim/request-digest.ts";
import { TYPES } from "../dbe/codec/constants.ts";
import type { Envelope } from "../dbe/codec/types.ts";
import type { Officers } from "../dbe/officers/officers.ts";
import { checkSigners } from "../dbe/officers/signers.ts";
import { DEVICES } from "../devices.ts";
import { parseOrder } from "./stop-order.ts";

/** An order as the audit log keeps it: with all that its signatures can be checked by again. */
export interface StopRecord {
  /** Hex. */
  readonly messageId: string;
  /** What was signed, as text. */
  readonly payload: string;
  /** Hex of key id and signature, A first. */
  readonly signatures: readonly string[];
  /** For queries: of the order, and of the stop that a release ends. */
  readonly nonce: string;
  readonly releases?: string;
  /** For people. */
  readonly signers: readonly { readonly key: string; readonly person: string }[];
  readonly source: number;
}

/** Whether a record is a release of this stop that two of the officers signed. Never throws. */
export function isRelease(record: unknown, stop: string, tenant: string, officers: Officers): boolean {
  try {
    const { messageId, payload, signatures } = record as StopRecord;
    const order = parseOrder(Buffer.from(payload));
    if (order.order !== "release" || order.releases !== stop) return false;
    const [signatureA, signatureB] = signatures.map((one) => Buffer.from(one, "hex"));
    const bare: Envelope = {
      ...{ type: TYPES.L9_STOP_REQ, flags: 0, messageId: Buffer.from(messageId, "hex"), source: 0 },
      ...{ destination: DEVICES.stopGate, timestamp: 0, tlvs: { tenantId: tenant }, payload: Buffer.from(payload) },
    };
    if (!signatureA || !signatureB) return false;
    const tlvs = { ...bare.tlvs, signatureA, signatureB, requestDigest: requestDigest(bare) };
    return checkSigners({ ...bare, tlvs }, officers, 2).ok;
  } catch {
    return false;
  }
}
