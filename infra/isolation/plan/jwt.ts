import type { Attempt, Plan, Probe, TokenFault, TokenIdentity } from "../types.ts";
import type { Pair } from "./pair.ts";

type ApiProbe = Extract<Probe, { kind: "api" }>;
type Place = Pick<ApiProbe, "path" | "body"> & { readonly works: string };

/** Where tokens are presented; the second is refused for its body once it is known who asks, so that nothing is asked. */
const PLACES: readonly Place[] = [
  { path: "/v1/models", works: "200" },
  { path: "/v1/soc/coa", body: {}, works: "400 invalid_request" },
];

/** One token, as whom it must not be taken, and the good one beside it. */
interface Try {
  readonly what: string;
  readonly credential: string;
  readonly as: TokenIdentity;
  readonly refusal: string;
  readonly control: TokenIdentity;
  /** X-Tenant-ID of the attack; the control names its own tenant. */
  readonly header?: string;
}

/** Tokens that name the victim and were not issued by it as they are. */
const FORGED: readonly (readonly [TokenFault, string])[] = [
  ["unsigned", "with alg none"],
  ["hmac_bytes", "with HS256 and the public key as secret"],
  ["hmac_hex", "with HS256 and the public key's hex digits as secret"],
];

/** Tokens that the victim's own key signed and that must count for nobody: found, or issued by mistake. */
const SPOILED: readonly (readonly [TokenFault, string, string])[] = [
  ["expired", "that has ended", "401 token_expired"],
  ["endless", "without an end", "401 invalid_token"],
  ["too_long", "that holds longer than an hour", "401 invalid_token"],
  ["other_audience", "for another audience", "401 invalid_token"],
  ["other_issuer", "by another issuer", "401 invalid_token"],
];

/** What tokens (JWT) can do at the L7 API for a tenant that did not issue them, or no longer. */
export function planJwt(pair: Pair): Plan {
  const attempts = PLACES.flatMap((place) => tries(pair).map((one) => attempt(pair, place, one)));
  return { attempts, setup: [], teardown: [] };
}

function tries({ victim, attacker }: Pair): Try[] {
  const mine: TokenIdentity = { signer: attacker.id, names: attacker.id };
  const theirs: TokenIdentity = { signer: victim.id, names: victim.id };
  const cross: TokenIdentity = { signer: attacker.id, names: victim.id };
  const byMe = `token signed by ${attacker.id}`;
  return [
    { what: `naming ${victim.id}`, credential: byMe, as: cross, refusal: "403 tenant_mismatch", control: mine },
    {
      ...{ what: `naming ${victim.id} and its key`, credential: byMe, control: theirs },
      ...{ as: { ...cross, fault: "borrowed_kid" }, refusal: "401 invalid_token" },
    },
    {
      ...{ what: `rewritten to name ${victim.id}`, credential: byMe, control: mine },
      ...{ as: { ...cross, fault: "rewritten" }, refusal: "401 invalid_token" },
    },
    {
      ...{ what: `sent for ${victim.id}`, credential: byMe, control: mine },
      ...{ as: mine, header: victim.prefix, refusal: "403 tenant_mismatch" },
    },
    ...FORGED.map(
      ([fault, what]): Try => ({
        ...{ what: `${what}, naming ${victim.id}`, credential: "a forged token", control: theirs },
        ...{ as: { ...cross, fault }, refusal: "401 invalid_token" },
      }),
    ),
    ...SPOILED.map(
      ([fault, what, refusal]): Try => ({
        ...{ what, credential: `token signed by ${victim.id}`, as: { ...theirs, fault }, refusal, control: theirs },
      }),
    ),
  ];
}

function attempt({ victim, attacker }: Pair, { works, ...place }: Place, one: Try): Attempt {
  const { what, credential, as, refusal, control, header } = one;
  const asked = (identity: TokenIdentity, tenant?: string): Probe => ({
    ...{ kind: "api", as: identity, ...place },
    ...(tenant !== undefined && { headers: { "x-tenant-id": tenant } }),
  });
  const text = `${credential} ${what} at ${place.path}`;
  return {
    id: `jwt/${attacker.id}→${victim.id}/${text}`,
    layer: "jwt",
    victim: victim.id,
    attacker: attacker.id,
    credential,
    what: text,
    attack: asked(as, header),
    refusals: [refusal],
    leaks: works === "200" ? [] : [works],
    control: asked(control, header === undefined ? undefined : control.names.toUpperCase()),
    works: [works],
    remedy:
      "the L7 routers take a token that they must not: look at the audit lines of dsmil-l7-router-1 and -2, compare their image with `bin/dsmil status`, and run `bin/dsmil up`",
  };
}
