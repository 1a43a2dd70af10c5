import type { Attempt, Plan, Probe, ServiceIdentity, TokenServer } from "../types.ts";
import { foreignTokens } from "./foreign-tokens.ts";
import type { Pair } from "./pair.ts";
import { planShrinkDoors } from "./shrink-doors.ts";

type Call = Omit<Extract<Probe, { kind: "service" }>, "kind" | "server" | "as">;
/** An attempt's own part: what is asked, by what it is refused, how it shows that it was let through. */
interface Try extends Pick<Attempt, "refusals" | "leaks" | "works"> {
  readonly what: string;
  readonly call: Call;
  /** By whom it may be asked; the attack's own call where it is absent. */
  readonly owner?: Call;
}

/** What tokens that are not the victim's learn of its operators, and can tell about them. */
export function planShrink(pair: Pair): Plan {
  const server = serverOf(pair);
  if (server === undefined) return { attempts: [], setup: [], teardown: [] };
  const { victim, attacker } = pair;
  const attempts = foreignTokens("shrink", attacker, victim).flatMap(({ as, credential }) => {
    const known =
      server === "shrink" && typeof as === "object" && "token" in as && as.token === "shrink" && !as.spoiled;
    return (known ? withOwnToken(pair) : asStranger(pair)).map((one) => attempt(pair, server, as, credential, one));
  });
  return { attempts: [...attempts, ...planShrinkDoors(pair)], setup: [], teardown: [] };
}

/** The SHRINK that has the victim's figures: of all tenants, or its own. */
function serverOf({ model, victim }: Pair): TokenServer | undefined {
  const found = model.containers.find((c) => c.service === "shrink" && (c.tenant ?? victim.id) === victim.id);
  if (found === undefined || found.publish.length === 0) return undefined;
  return found.tenant === undefined ? "shrink" : `shrink:${victim.id}`;
}

const get = (path: string, seeks?: string): Call => ({ method: "GET", path, ...(seeks !== undefined && { seeks }) });

/** A tenant's own token is good here: it must show that tenant's figures and no others. */
function withOwnToken({ victim, attacker }: Pair): Try[] {
  const risk = get(`/risk?tenant_id=${victim.prefix}`);
  const figures = `"tenant_id":"${victim.prefix}"`;
  const metrics = get("/api/v1/metrics", figures);
  const mismatch = { refusals: ["403 tenant_mismatch"], works: ["200"], owner: risk };
  const unseen = { refusals: ["not_listed"], leaks: ["listed"], works: ["listed"], owner: metrics };
  return [
    { what: `risk of ${victim.prefix}`, call: risk, ...mismatch },
    { what: `risk of ${victim.id}`, call: get(`/risk?tenant_id=${victim.id}`), ...mismatch },
    {
      what: "risk of both",
      call: get(`/risk?tenant_id=${attacker.prefix}&tenant_id=${victim.prefix}`),
      ...{ ...mismatch, refusals: ["400 tenant_id_missing"] },
    },
    { what: "figures", call: metrics, ...unseen },
    {
      what: `figures with ${victim.prefix} in the query`,
      call: get(`/api/v1/metrics?tenant_id=${victim.prefix}`, figures),
      ...unseen,
    },
    {
      what: `figures with ${victim.prefix} in a header`,
      call: { ...metrics, headers: { "x-tenant-id": victim.prefix } },
      ...unseen,
    },
  ];
}

function asStranger({ victim }: Pair): Try[] {
  const refusals = ["401 unauthorized"];
  const passed = ["400 empty", "429 too_many_requests"];
  return [
    { what: `risk of ${victim.prefix}`, call: get(`/risk?tenant_id=${victim.prefix}`), refusals, works: ["200"] },
    { what: "figures", call: get("/api/v1/metrics"), refusals, works: ["200"] },
    {
      what: "tell of operators",
      call: { method: "POST", path: "/api/v1/observations" },
      ...{ refusals, leaks: [...passed, "503 draining"], works: passed },
    },
  ];
}

function attempt(
  { victim, attacker }: Pair,
  server: TokenServer,
  as: ServiceIdentity,
  credential: string,
  one: Try,
): Attempt {
  const { what, call, owner = call, refusals, leaks = [], works } = one;
  return {
    id: `shrink/${attacker.id}→${victim.id}/${what} with ${credential}`,
    layer: "shrink",
    victim: victim.id,
    attacker: attacker.id,
    credential,
    what: `${what} with ${credential}`,
    attack: { kind: "service", server, as, ...call },
    refusals,
    leaks,
    control: { kind: "service", server, as: { tenant: victim.id, token: "shrink" }, ...owner },
    works,
    remedy: `SHRINK shows ${victim.id}'s figures to others: \`bin/dsmil up\` lays the tokens' digests again; \`shrink.mode: per_tenant\` keeps the tenants in containers of their own`,
  };
}
