import type { Attempt, CredentialSource, Plan, Probe, QdrantIdentity } from "../types.ts";
import { credentialName, type Pair } from "./pair.ts";

type QdrantProbe = Extract<Probe, { kind: "qdrant" }>;
type Call = Omit<QdrantProbe, "kind" | "as">;

/** Dimensions of the vectors in tenant collections. */
const VECTOR = Array.from({ length: 384 }, (_, i) => (i === 0 ? 1 : 0));

/** What a tenant's Qdrant token can do to another tenant's collections, and what bad tokens can. */
export function planQdrant(pair: Pair): Plan {
  const { victim, attacker, nonce } = pair;
  const attempts: Attempt[] = [];
  const marker = `00000000-0000-8000-8000-0001${nonce}`;
  const scratch = `${victim.id}_probe_${nonce}_${attacker.id}`;
  const owner: QdrantIdentity = { tenant: victim.id, source: "stack" };
  for (const source of pair.sources.qdrant) {
    const as: QdrantIdentity = { tenant: attacker.id, source };
    const credential = credentialName(pair, "qdrant", `token of ${attacker.id}`, source);
    const add = (what: string, call: Call, control: QdrantIdentity, rest: Partial<Attempt> = {}): void => {
      attempts.push(attempt(pair, { credential, what, as, call, control }, `@${source}`, rest));
    };
    for (const collection of victim.collections) {
      for (const { what, call } of onCollection(collection, marker)) add(`${what} ${collection}`, call, owner);
    }
    const all: Call = { method: "GET", path: "/collections" };
    add("list collections", { ...all, seeks: `"${victim.id}_` }, owner, {
      refusals: ["not_listed", "403"],
      leaks: ["listed"],
      works: ["listed"],
    });
    const body = { vectors: { size: 4, distance: "Cosine" } };
    add(`create ${scratch}`, { method: "PUT", path: `/collections/${scratch}`, body }, "admin");
    add(`drop ${scratch}`, { method: "DELETE", path: `/collections/${scratch}` }, "admin");
  }
  const first = victim.collections[0] ?? "";
  const read: Call = { method: "GET", path: `/collections/${first}` };
  const bad: readonly [string, QdrantIdentity][] = [
    ["no token", "none"],
    ["an expired token", { tenant: victim.id, forged: "expired" }],
    ["a token signed with another key", { tenant: victim.id, forged: "wrong_signature" }],
    ["an unsigned token", { tenant: victim.id, forged: "unsigned" }],
  ];
  for (const [credential, as] of bad) {
    const what = `read ${first} with ${credential}`;
    attempts.push(
      attempt(pair, { credential, what, as, call: read, control: owner }, "", { refusals: ["401", "403"] }),
    );
  }
  const points = victim.collections.map(
    (name): Probe => ({
      kind: "qdrant",
      as: "admin",
      method: "POST",
      path: `/collections/${name}/points/delete?wait=true`,
      body: { points: [marker] },
    }),
  );
  return {
    attempts,
    setup: [],
    teardown: [...points, { kind: "qdrant", as: "admin", method: "DELETE", path: `/collections/${scratch}` }],
  };
}

/** Reads, and writes of one marker point that the teardown removes. */
function onCollection(name: string, marker: string): readonly { what: string; call: Call }[] {
  const points = `/collections/${name}/points`;
  return [
    { what: "describe", call: { method: "GET", path: `/collections/${name}` } },
    { what: "search", call: { method: "POST", path: `${points}/search`, body: { vector: VECTOR, limit: 1 } } },
    { what: "scroll", call: { method: "POST", path: `${points}/scroll`, body: { limit: 1 } } },
    { what: "count", call: { method: "POST", path: `${points}/count`, body: {} } },
    {
      what: "upsert into",
      call: {
        method: "PUT",
        path: `${points}?wait=true`,
        body: { points: [{ id: marker, vector: VECTOR, payload: { probe: true } }] },
      },
    },
    {
      what: "delete points of",
      call: { method: "POST", path: `${points}/delete?wait=true`, body: { points: [marker] } },
    },
  ];
}

interface Trial {
  readonly credential: string;
  readonly what: string;
  readonly as: QdrantIdentity;
  readonly call: Call;
  readonly control: QdrantIdentity;
}

function attempt({ victim, attacker }: Pair, trial: Trial, mark: string, rest: Partial<Attempt>): Attempt {
  const { credential, what, as, call, control } = trial;
  return {
    id: `qdrant/${attacker.id}→${victim.id}/${what}${mark as CredentialSource | ""}`,
    layer: "qdrant",
    victim: victim.id,
    attacker: attacker.id,
    credential,
    what,
    attack: { kind: "qdrant", as, ...call },
    refusals: ["403"],
    control: { kind: "qdrant", as: control, ...call },
    works: ["200"],
    remedy: `the Qdrant token of ${attacker.id} reaches further than its collections: replace it (delete it on the node, then \`bin/dsmil up\`)`,
    ...rest,
  };
}
