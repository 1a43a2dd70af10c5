import type { ApiIdentity, Attempt, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

/** Routes that work for a tenant. An empty question is refused once it is known who asks: no model runs, no device is asked. */
const PATHS = [
  "/v1/audio/transcriptions",
  "/v1/chat/completions",
  "/v1/soc/coa",
  "/v1/soc/enrich",
  "/v1/vision/embeddings",
] as const;
/** What an empty question meets behind the check of who asks: it is none, or one too many of the tenant's. */
const PASSED = ["400 invalid_request", "429 rate_limit_exceeded"] as const;

/** What API keys can ask the models and the SOC in the name of a tenant they do not belong to. */
export function planChat({ victim, attacker }: Pair): Plan {
  const attempts: Attempt[] = [];
  const ask = (path: string, as: ApiIdentity, tenant: string): Probe => ({
    ...{ kind: "api", path, as, body: {}, headers: { "x-tenant-id": tenant } },
  });
  const add = (
    what: string,
    credential: string,
    path: string,
    refusal: string,
    attack: Probe,
    control: Probe,
  ): void => {
    attempts.push({
      id: `chat/${attacker.id}→${victim.id}/${path} ${what}`,
      layer: "chat",
      victim: victim.id,
      attacker: attacker.id,
      credential,
      what: `${path} ${what}`,
      attack,
      refusals: [refusal],
      leaks: PASSED,
      control,
      works: PASSED,
      remedy:
        "the L7 routers answer a tenant in another's name: look at the audit lines of dsmil-l7-router-1 and -2, and run `bin/dsmil up`",
    });
  };
  const theirKey = victim.apiKeys[0];
  for (const path of PATHS) {
    for (const key of attacker.apiKeys) {
      const as: ApiIdentity = { tenant: attacker.id, key };
      const own = ask(path, as, attacker.prefix);
      for (const name of [victim.prefix, victim.id, `${attacker.prefix}, ${victim.prefix}`]) {
        const credential = `API key ${key} of ${attacker.id}`;
        add(`with key ${key} for tenant ${name}`, credential, path, "403 tenant_mismatch", ask(path, as, name), own);
      }
    }
    if (theirKey === undefined) continue;
    const theirs = ask(path, { tenant: victim.id, key: theirKey }, victim.prefix);
    add("with no key", "none", path, "401 missing_api_key", ask(path, "none", victim.prefix), theirs);
    const spoiled: ApiIdentity = { tenant: victim.id, key: theirKey, spoiled: true };
    const attack = ask(path, spoiled, victim.prefix);
    add("with one character changed", "a spoiled key", path, "401 invalid_api_key", attack, theirs);
  }
  return { attempts, setup: [], teardown: [] };
}
