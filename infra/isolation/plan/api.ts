import type { ApiIdentity, Attempt, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

type ApiProbe = Extract<Probe, { kind: "api" }>;

/** What API keys can do on the L7 front for a tenant they do not belong to. */
export function planApi({ victim, attacker }: Pair): Plan {
  const theirKey = victim.apiKeys[0];
  const attempts: Attempt[] = [];
  const add = (
    what: string,
    credential: string,
    attack: Omit<ApiProbe, "kind" | "path">,
    refusals: string[],
    control: ApiIdentity,
  ): void => {
    attempts.push({
      id: `api/${attacker.id}→${victim.id}/${what}`,
      layer: "api",
      victim: victim.id,
      attacker: attacker.id,
      credential,
      what,
      attack: { kind: "api", path: "/v1/models", ...attack },
      refusals,
      control: { kind: "api", path: "/v1/models", as: control },
      works: ["200"],
      remedy: "the L7 front accepts a key for a tenant it does not belong to: see the logs of dsmil-l7-router-1 and -2",
    });
  };
  for (const key of attacker.apiKeys) {
    const as: ApiIdentity = { tenant: attacker.id, key };
    const credential = `API key ${key} of ${attacker.id}`;
    const foreign = { "x-tenant-id": victim.prefix };
    add(`key ${key} for tenant ${victim.prefix}`, credential, { as, headers: foreign }, ["403 tenant_mismatch"], as);
    const lower = { "x-tenant-id": victim.id };
    add(`key ${key} for tenant ${victim.id}`, credential, { as, headers: lower }, ["403 tenant_mismatch"], as);
  }
  if (theirKey !== undefined) {
    const control: ApiIdentity = { tenant: victim.id, key: theirKey };
    add("no key", "none", { as: "none" }, ["401 missing_api_key"], control);
    add("an unknown key", "a made-up key", { as: "unknown" }, ["401 invalid_api_key"], control);
    const spoiled: ApiIdentity = { tenant: victim.id, key: theirKey, spoiled: true };
    add(
      "the victim's key with one character changed",
      "a spoiled key",
      { as: spoiled },
      ["401 invalid_api_key"],
      control,
    );
  }
  return { attempts, setup: [], teardown: [] };
}
