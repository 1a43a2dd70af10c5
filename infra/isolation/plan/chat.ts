import type { ApiIdentity, Attempt, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

type ApiProbe = Extract<Probe, { kind: "api" }>;

/** Routes that work for a tenant. A question that is none is refused once it is known who asks: no model runs, no device is asked. */
const ROUTES: readonly (Pick<ApiProbe, "path" | "body" | "method"> & { readonly name: string })[] = [
  ...[
    ...["/v1/chat/completions", "/v1/soc/coa", "/v1/soc/enrich", "/v1/soc/strategy", "/v1/agent/runs"],
    ...["/v1/soc/coalition/export", "/v1/soc/coalition/import"],
    ...["/v1/embeddings", "/v1/rag/documents", "/v1/rag/query", "/v1/vision/embeddings", "/v1/audio/transcriptions"],
  ].map((path) => ({ name: path, path, body: {} })),
  { name: "GET /v1/rag/documents", path: "/v1/rag/documents?limit=0" },
  { name: "DELETE /v1/rag/documents", path: "/v1/rag/documents/-", method: "DELETE" },
];
/** What an empty question meets behind the check of who asks: it is none, or one too many of the tenant's. */
const PASSED = ["400 invalid_request", "429 rate_limit_exceeded"] as const;

/** What API keys can ask the models and the SOC in the name of a tenant they do not belong to. */
export function planChat({ victim, attacker }: Pair): Plan {
  const attempts: Attempt[] = [];
  const theirKey = victim.apiKeys[0];
  for (const { name: route, ...place } of ROUTES) {
    const ask = (as: ApiIdentity, tenant: string): Probe => ({
      ...{ kind: "api", as, headers: { "x-tenant-id": tenant }, ...place },
    });
    const add = (what: string, credential: string, refusal: string, attack: Probe, control: Probe): void => {
      attempts.push({
        id: `chat/${attacker.id}→${victim.id}/${route} ${what}`,
        layer: "chat",
        victim: victim.id,
        attacker: attacker.id,
        credential,
        what: `${route} ${what}`,
        attack,
        refusals: [refusal],
        leaks: PASSED,
        control,
        works: PASSED,
        remedy:
          "the L7 routers answer a tenant in another's name: look at the audit lines of dsmil-l7-router-1 and -2, and run `bin/dsmil up`",
      });
    };
    for (const key of attacker.apiKeys) {
      const as: ApiIdentity = { tenant: attacker.id, key };
      const own = ask(as, attacker.prefix);
      for (const name of [victim.prefix, victim.id, `${attacker.prefix}, ${victim.prefix}`]) {
        const credential = `API key ${key} of ${attacker.id}`;
        add(`with key ${key} for tenant ${name}`, credential, "403 tenant_mismatch", ask(as, name), own);
      }
    }
    if (theirKey === undefined) continue;
    const theirs = ask({ tenant: victim.id, key: theirKey }, victim.prefix);
    add("with no key", "none", "401 missing_api_key", ask("none", victim.prefix), theirs);
    const spoiled: ApiIdentity = { tenant: victim.id, key: theirKey, spoiled: true };
    add("with one character changed", "a spoiled key", "401 invalid_api_key", ask(spoiled, victim.prefix), theirs);
  }
  return { attempts, setup: [], teardown: [] };
}
