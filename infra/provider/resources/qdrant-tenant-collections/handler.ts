import { compare } from "../../diff.ts";
import type { DiffReport, HandlerContext, Props, ResourceHandler } from "../../handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { mayDrop } from "../../stores/data-loss.ts";
import { storeName } from "../../stores/endpoint.ts";
import { DataAtRisk } from "../../stores/errors.ts";
import { InputCheck, isText } from "../../stores/inputs.ts";
import { type Qdrant, qdrant } from "../../stores/qdrant.ts";
import { unlessDown } from "../../stores/unless-down.ts";
import type {
  QdrantTenantCollectionsInputs as Inputs,
  QdrantCollection,
  QdrantTenantCollectionsState as State,
} from "./args.ts";
import { create, drop, type FoundCollection, find, ofTenant, pointsIn } from "./collections.ts";
import { DEFAULT_TTL_DAYS, isDue, isValid, mintToken } from "./token.ts";

const outputs = ["token", "tokenExpires"] as const;
const replaceOn = ["node", "tenant"] as const;
const ttlOf = ({ tokenTtlDays = DEFAULT_TTL_DAYS }: Inputs): number => tokenTtlDays;
const namesOf = ({ collections }: Inputs): string[] => collections.map(({ name }) => name);

/** One tenant's collections in Qdrant and its token. */
export const qdrantTenantCollectionsOn = (store: Connector<Qdrant>): ResourceHandler<Inputs, State> => ({
  token: "dsmil:index:QdrantTenantCollections",
  outputs,
  secretOutputs: ["token"],
  replaceOn,
  check,
  id: ({ node, tenant }) => `${node}/qdrant/${tenant}`,
  diff,
  // Known in preview as long as it stays, so that what it is copied to shows no change.
  plan: (inputs, old) => (old && diff(old, inputs).changed.length === 0 ? pick(old) : {}),

  async reconcile(inputs, old, ctx) {
    return store.use(ctx, inputs.node, async (client) => {
      const seen = await Promise.all(inputs.collections.map((wanted) => find(client, wanted.name)));
      for (const [i, wanted] of inputs.collections.entries()) await ensure(client, wanted, seen[i], inputs, ctx);
      await dropRetired(client, inputs, old, ctx);
      return { ...inputs, ...(await tokenFor(client, inputs, old, ctx)) };
    });
  },

  async read(id, old, ctx) {
    const { node, tenant } = old ?? parseId(id);
    return unlessDown(old, ctx, () =>
      store.look(ctx, node, (client) =>
        old === undefined ? imported(client, node, tenant) : current(client, old, ctx),
      ),
    );
  },

  async remove(_id, old, ctx) {
    if (old.retain) return;
    await store.use(ctx, old.node, async (client) => {
      const there = await ofTenant(client, old.tenant);
      const names = [...new Set([...namesOf(old).filter((name) => there.includes(name)), ...there])];
      await dropAll(client, names, old, ctx);
    });
  },
});

/** The handler over the process's own connections. */
export const qdrantTenantCollections = qdrantTenantCollectionsOn(qdrant);

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, ["node", "tenant", "collections", "tokenTtlDays", "allowDataLoss", "retain"]);
  c.node();
  c.tenant();
  c.flags("allowDataLoss", "retain");
  const days = (v: unknown): boolean =>
    v === undefined || (Number.isInteger(v) && (v as number) >= 1 && (v as number) <= 3650);
  c.that("tokenTtlDays", inputs.tokenTtlDays, days, "expected whole days, 1 to 3650");
  const collections = c.elements("collections");
  // A token that names no collection would open all of them.
  c.that("collections", inputs.collections, (v) => !Array.isArray(v) || v.length > 0, "expected at least one");
  const { tenant } = inputs;
  for (const { path, value } of collections) {
    const shape = (v: unknown): boolean => isText(v) && /^[a-z][a-z0-9_]{0,62}$/.test(v);
    if (c.that(`${path}.name`, value.name, shape, 'expected a name such as "alpha_events"')) {
      const owned = (v: unknown): boolean => !isText(tenant) || String(v).startsWith(`${tenant}_`);
      c.that(`${path}.name`, value.name, owned, `"${String(value.name)}" must begin with "${String(tenant)}_"`);
    }
    const size = (v: unknown): boolean => Number.isInteger(v) && (v as number) >= 1 && (v as number) <= 65_536;
    c.that(`${path}.size`, value.size, size, "expected the vectors' dimensions, 1 to 65536");
    const distance = (v: unknown): boolean => /^(Cosine|Dot|Euclid|Manhattan)$/.test(String(v));
    c.that(`${path}.distance`, value.distance, distance, "expected Cosine, Dot, Euclid or Manhattan");
  }
  c.distinct(collections, "name");
  return c.failures;
}

/** As for any resource, and a token that is due counts as a change. */
function diff(old: State, inputs: Inputs): DiffReport {
  const report = compare(old, inputs, outputs, replaceOn);
  if (old.token !== "" && !isDue(old, ttlOf(inputs))) return report;
  return { ...report, changed: [...report.changed, "tokenExpires"] };
}

const pick = ({ token, tokenExpires }: State): Pick<State, "token" | "tokenExpires"> => ({ token, tokenExpires });

async function ensure(
  client: Qdrant,
  wanted: QdrantCollection,
  found: FoundCollection | undefined,
  inputs: Inputs,
  ctx: HandlerContext,
): Promise<void> {
  if (found?.size === wanted.size && found.distance === wanted.distance) return;
  if (found !== undefined) {
    const points = await pointsIn(client, wanted.name);
    if (points > 0 && !inputs.allowDataLoss) {
      const is = `${found.distance || "named vectors"}, ${found.size} dimensions`;
      const what = `collection ${wanted.name} (${points} points; it has ${is}, which cannot change in place)`;
      throw new DataAtRisk(storeName("qdrant", inputs.node), [what]);
    }
    ctx.progress(`dropping collection ${wanted.name}, to make it anew`);
    await drop(client, wanted.name);
  }
  ctx.progress(`creating collection ${wanted.name}`);
  await create(client, wanted);
}

/** Collections that were declared before and are no more. */
async function dropRetired(client: Qdrant, inputs: Inputs, old: State | undefined, ctx: HandlerContext): Promise<void> {
  const kept = namesOf(inputs);
  const retired = (old ? namesOf(old) : []).filter((name) => !kept.includes(name));
  if (retired.length > 0 && !inputs.retain) await dropAll(client, retired, inputs, ctx);
}

/** Drops collections, all or none. */
async function dropAll(client: Qdrant, names: readonly string[], inputs: Inputs, ctx: HandlerContext): Promise<void> {
  if (names.length === 0) return;
  if (!mayDrop(inputs)) {
    const counts = await Promise.all(names.map((name) => pointsIn(client, name)));
    const full = names.flatMap((name, i) => (counts[i] ? [`collection ${name} (${counts[i]} points)`] : []));
    if (full.length > 0) throw new DataAtRisk(storeName("qdrant", inputs.node), full);
  }
  ctx.progress(`dropping ${names.join(", ")}`);
  await Promise.all(names.map((name) => drop(client, name)));
}

/** The token in state while it is good and not due; else a new one. */
async function tokenFor(
  client: Qdrant,
  inputs: Inputs,
  old: State | undefined,
  ctx: HandlerContext,
): Promise<Pick<State, "token" | "tokenExpires">> {
  const ttl = ttlOf(inputs);
  const names = namesOf(inputs);
  const keep = old && !isDue(old, ttl) && ttlOf(old) === ttl;
  if (keep && (await isValid(old, client.secret, inputs.tenant, names))) return pick(old);
  const minted = await mintToken(client.secret, inputs.tenant, names, ttl);
  ctx.hide(minted.token);
  return minted;
}

/** The state with what differs on the server in its place; without differences the state itself. */
async function current(client: Qdrant, old: State, ctx: HandlerContext): Promise<State | undefined> {
  const found = await Promise.all(old.collections.map(({ name }) => find(client, name)));
  if (found.every((collection) => collection === undefined)) return undefined;
  const strangers = (await ofTenant(client, old.tenant)).filter((name) => !namesOf(old).includes(name));
  if (strangers.length > 0) ctx.warn(`collections that nobody declared: ${strangers.join(", ")}`);
  const same = found.every(
    (f, i) => f?.size === old.collections[i]?.size && f?.distance === old.collections[i]?.distance,
  );
  const valid = old.token === "" || (await isValid(old, client.secret, old.tenant, namesOf(old)));
  if (same && valid) return old;
  const collections = found.flatMap((f) => (f ? [{ name: f.name, size: f.size, distance: f.distance }] : []));
  return { ...old, collections, ...(!valid && { token: "", tokenExpires: new Date(0).toISOString() }) };
}

/** The token cannot be told from the server: it comes empty, and the next `up` makes one. */
async function imported(client: Qdrant, node: string, tenant: string): Promise<State | undefined> {
  const names = await ofTenant(client, tenant);
  const found = await Promise.all(names.map((name) => find(client, name)));
  const collections = found.flatMap((f) => (f ? [{ name: f.name, size: f.size, distance: f.distance }] : []));
  if (collections.length === 0) return undefined;
  return { node, tenant, collections, token: "", tokenExpires: new Date(0).toISOString() };
}

function parseId(id: string): { node: string; tenant: string } {
  const [node, store, tenant, ...rest] = id.split("/");
  if (!node || store !== "qdrant" || !tenant || rest.length > 0) {
    throw new Error(
      `"${id}" is not the id of a tenant's collections: expected node/qdrant/tenant, as node-c/qdrant/alpha`,
    );
  }
  return { node, tenant };
}
