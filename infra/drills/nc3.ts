import { randomBytes } from "node:crypto";
import { signNc3Query } from "../../images/runtime/dbe/claim/two-person.ts";
import type { BusProbe, DrillContext, DrillOfficer, Observation } from "./types.ts";

/** The gate to NC3. */
const GATE = 61;
/** How long a query's signatures hold, ms. */
const HOLDS_MS = 60_000;

const expiry = (): string => new Date(Date.now() + HOLDS_MS).toISOString();

/** A status query to the gate, as `L9_NC3_QUERY`, new with each call. */
export function nc3Query({
  victim,
}: DrillContext): BusProbe & { readonly payload: string; readonly message_id: string } {
  return {
    type: "L9_NC3_QUERY",
    tenant: victim.prefix,
    destination: GATE,
    message_id: randomBytes(16).toString("hex"),
    payload: JSON.stringify({ query: "status", expires_at: expiry(), nonce: randomBytes(16).toString("hex") }),
  };
}

/** An officer's signature under a query. */
export function signatureUnder(query: ReturnType<typeof nc3Query>, { seed }: DrillOfficer): Promise<string> {
  const { tenant, destination, message_id: messageId, payload } = query;
  return signNc3Query({ tenant, destination, messageId, payload }, seed);
}

/** What the bus answers to a query. @param expected a reason, or `answered` */
export async function asked(
  { bus }: DrillContext,
  what: string,
  probe: BusProbe,
  expected: string,
): Promise<Observation> {
  const { reason, name } = await bus(probe);
  const actual = reason ?? "answered";
  return { what, expected, actual: reason ?? `answered with ${name}`, held: actual === expected };
}

/** The rightful query: ROE token, and the signatures of two officers. */
export async function rightful(context: DrillContext): Promise<Observation> {
  const what = "a status query with its ROE token and the signatures of two officers";
  const { officers } = context;
  if (!officers) {
    const remedy = "make two with `bin/dsmil officer add`, run `bin/dsmil up`, and name their keys";
    return { what, expected: "answered", actual: `no keys of two officers at hand: ${remedy}`, held: false };
  }
  const query = nc3Query(context);
  const [signature_a, signature_b] = await Promise.all([
    signatureUnder(query, officers[0]),
    signatureUnder(query, officers[1]),
  ]);
  return asked(context, what, { ...query, signature_a, signature_b }, "answered");
}
