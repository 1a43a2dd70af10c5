import { readAccess } from "../../access/access.ts";
import { connect } from "../../access/connection.ts";
import type { Model } from "../../model/types.ts";
import { StoreDown } from "../../provider/stores/errors.ts";
import { postgres } from "../../provider/stores/postgres.ts";
import { redis } from "../../provider/stores/redis.ts";
import { tracesInEngine, tracesInFiles } from "./node.ts";
import { tracesInPostgres } from "./postgres.ts";
import { tracesInQdrant } from "./qdrant.ts";
import { tracesInRedis } from "./redis.ts";
import { tracesInStack } from "./stacks.ts";
import { type NameMatcher, nameMatcher, type Trace } from "./trace.ts";

/** What a search found, and where it could not look. */
export interface Search {
  readonly name: string;
  readonly searched: readonly string[];
  readonly traces: readonly Trace[];
  /** Records in shared logs that age out. */
  readonly history: readonly Trace[];
  /** Places that could not be searched, with the reason; a search with any proves nothing. */
  readonly unsearched: readonly { readonly place: string; readonly problem: string }[];
}

type Look = readonly [place: string, look: () => Promise<Trace[]>];

/** Searches every store, node and stack of the model for a tenant's name. */
export async function searchTraces(root: string, model: Model, tenant: string): Promise<Search> {
  const name = nameMatcher(tenant);
  const looks = [...storeLooks(model, name), ...nodeLooks(root, model, name), ...stackLooks(root, model, name)];
  const results = await Promise.all(looks.map(async ([place, look]) => ({ place, ...(await attempt(look)) })));
  await Promise.all([redis.close(), postgres.close()]);
  const traces = results.flatMap((r) => r.traces);
  return {
    name: tenant,
    searched: results.filter((r) => r.problem === undefined).map((r) => r.place),
    traces: traces.filter((t) => !t.history),
    history: traces.filter((t) => t.history),
    unsearched: results.flatMap(({ place, problem }) => (problem === undefined ? [] : [{ place, problem }])),
  };
}

function storeLooks(model: Model, name: NameMatcher): Look[] {
  const on = (service: string) => model.containers.find((c) => c.service === service)?.node;
  const looks: Look[] = [];
  const [r, p, q] = [on("redis"), on("postgres"), on("qdrant")];
  if (r) looks.push([`redis on ${r}`, () => tracesInRedis(r, name)]);
  if (p) looks.push([`postgres on ${p}`, () => tracesInPostgres(p, model.fleet.database, name)]);
  if (q) looks.push([`qdrant on ${q}`, () => tracesInQdrant(q, name)]);
  return looks;
}

function nodeLooks(root: string, model: Model, name: NameMatcher): Look[] {
  const open = (id: string) => connect(readAccess(root, id));
  return model.nodes.flatMap(({ id }): Look[] => [
    [`engine on ${id}`, async () => tracesInEngine(await open(id), name)],
    [`files on ${id}`, async () => tracesInFiles(await open(id), name)],
  ]);
}

function stackLooks(root: string, model: Model, name: NameMatcher): Look[] {
  return model.nodes.map(({ id }): Look => [`stack ${id}`, () => tracesInStack(root, id, name)]);
}

/** A store that is not there holds nothing; one that is there and does not run cannot be asked. */
async function attempt(look: () => Promise<Trace[]>): Promise<{ traces: Trace[]; problem?: string }> {
  try {
    return { traces: await look() };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof StoreDown && /No such container/i.test(message)) return { traces: [] };
    return { traces: [], problem: message };
  }
}
