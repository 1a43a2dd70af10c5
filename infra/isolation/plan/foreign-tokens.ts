import type { Tenant } from "../../model/types.ts";
import type { ServiceIdentity, TokenName } from "../types.ts";

/** What somebody who is not the victim can show a service that wants the victim's token. */
export interface ForeignToken {
  readonly as: ServiceIdentity;
  readonly credential: string;
}

/** The attacker's token for the same, its credentials for other things, and what nobody has. */
export function foreignTokens(token: TokenName, attacker: Tenant, victim: Tenant): ForeignToken[] {
  const other = token === "ingest" ? "shrink" : "ingest";
  return [
    { as: { tenant: attacker.id, token }, credential: `the ${token} token of ${attacker.id}` },
    ...strangers(token, victim),
    { as: { tenant: attacker.id, token: other }, credential: `the ${other} token of ${attacker.id}` },
    ...attacker.apiKeys.map((key) => ({
      as: { tenant: attacker.id, key },
      credential: `API key ${key} of ${attacker.id}`,
    })),
  ];
}

function strangers(token: TokenName, { id }: Tenant): ForeignToken[] {
  return [
    { as: "none", credential: "no token" },
    { as: "unknown", credential: "a made-up token" },
    { as: { tenant: id, token, spoiled: true }, credential: `the ${token} token of ${id} with one character changed` },
  ];
}
