import { FLAGS } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Officer, Officers } from "../../runtime/dbe/officers/officers.ts";
import { checkSigners } from "../../runtime/dbe/officers/signers.ts";
import { roeTokenOf } from "../../runtime/dbe/roe-token.ts";
import { checkLife, type Nc3Query, parseQuery } from "./query.ts";

/** What the gate knows by itself; nothing of it comes from a gateway. */
export interface GateFacts {
  /** Upper-case id. */
  readonly tenant: string;
  readonly device: number;
  readonly officers: Officers;
  /** ms since 1970 */
  readonly now: number;
}

/** A query that two officers stand for. */
export interface SignedQuery {
  readonly query: Nc3Query;
  readonly signers: readonly Officer[];
}

/**
 * All that can be said of a query without the store: the gateways have checked most of it, and are not trusted here.
 * @throws DbeError with the reason
 */
export function checkQuery(message: Envelope, facts: GateFacts): SignedQuery {
  checkAddress(message, facts);
  const signers = signersOf(message, facts.officers, 2);
  const query = parseQuery(message.payload);
  checkLife(query, facts.now);
  return { query, signers };
}

/**
 * Whether a message is for this gate, and carries its token.
 * @throws DbeError with the reason
 */
export function checkAddress({ flags, destination, tlvs }: Envelope, { tenant, device }: GateFacts): void {
  if ((flags & (FLAGS.RESPONSE | FLAGS.NO_REPLY)) !== 0) throw new DbeError("MALFORMED", "it asks for no answer");
  if (tlvs.tenantId !== tenant) throw new DbeError("TENANT_MISMATCH", `this gate is of ${tenant}`);
  if (destination !== device) throw new DbeError("NO_ROUTE", `this gate is device ${device}`);
  if (tlvs.roeTokenId !== roeTokenOf(device)) throw new DbeError("INVALID_ROE_TOKEN", "not the gate's token");
}

/** The officers who signed. @throws DbeError with the reason */
export function signersOf(message: Envelope, officers: Officers, needed: 1 | 2): readonly Officer[] {
  const checked = checkSigners(message, officers, needed);
  if (!checked.ok) throw new DbeError(checked.refuse, checked.detail);
  return checked.signers;
}
