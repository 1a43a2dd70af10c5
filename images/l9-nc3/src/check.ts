import { FLAGS, TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Officer, Officers } from "../../runtime/dbe/officers/officers.ts";
import { checkTwoPersons } from "../../runtime/dbe/officers/two-person.ts";
import { roeTokenOf } from "../../runtime/dbe/roe-token.ts";
import { verifySignature } from "../../runtime/pqc/verify-signature.ts";
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
  readonly signers: readonly [Officer, Officer];
}

/**
 * All that can be said of a query without the store: the gateways have checked most of it, and are not trusted here.
 * Pure but for the signatures' check.
 * @throws DbeError with the reason
 */
export function checkQuery(message: Envelope, { tenant, device, officers, now }: GateFacts): SignedQuery {
  const { type, flags, destination, tlvs, payload } = message;
  if (type !== TYPES.L9_NC3_QUERY) throw new DbeError("UNKNOWN_TYPE", `type ${type} is no query`);
  if ((flags & (FLAGS.RESPONSE | FLAGS.NO_REPLY)) !== 0) throw new DbeError("MALFORMED", "a query asks for its answer");
  if (tlvs.tenantId !== tenant) throw new DbeError("TENANT_MISMATCH", `this gate is of ${tenant}`);
  if (destination !== device) throw new DbeError("NO_ROUTE", `this gate is device ${device}`);
  if (tlvs.roeTokenId !== roeTokenOf(device)) throw new DbeError("INVALID_ROE_TOKEN", "not the gate's token");
  const checked = checkTwoPersons(message, officers, verifySignature);
  if (!checked.ok) throw new DbeError(checked.refuse, checked.detail);
  const query = parseQuery(payload);
  checkLife(query, now);
  return { query, signers: checked.signers };
}
