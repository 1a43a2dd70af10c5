import type { Redis } from "ioredis";
import { HEALTH_STREAM, tenantPrefix } from "../../../model/names.ts";
import type { HandlerContext, Props, ResourceHandler } from "../../handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { mayDrop } from "../../stores/data-loss.ts";
import { storeName } from "../../stores/endpoint.ts";
import { DataAtRisk } from "../../stores/errors.ts";
import { InputCheck, isText } from "../../stores/inputs.ts";
import { type RedisCommand, redis, transaction } from "../../stores/redis.ts";
import { unlessDown } from "../../stores/unless-down.ts";
import type { RedisStream, RedisStreamsState } from "./args.ts";
import {
  completion,
  dropStreams,
  missingGroups,
  type ObservedStream,
  observe,
  streamsWithPrefix,
  trim,
} from "./streams.ts";

type Handler = ResourceHandler<RedisStreamsState, RedisStreamsState>;

/** Streams of one tenant, or those that all share. */
export const redisStreamsOn = (store: Connector<Redis>): Handler => ({
  token: "dsmil:index:RedisStreams",
  outputs: [],
  secretOutputs: [],
  replaceOn: ["node", "tenant"],
  check,
  id: ({ node, tenant }) => `${node}/streams/${tenant ?? "shared"}`,

  async reconcile(inputs, old, ctx) {
    const { node, streams, allowDataLoss = false } = inputs;
    await store.use(ctx, node, async (client) => {
      const seen = await observe(client, streams);
      warnOfStrangers(seen.streams, old, ctx);
      const commands = [
        ...seen.streams.flatMap((stream) => [...completion(stream), ...retired(stream, old)]),
        ...seen.streams.filter((stream) => shortened(stream, old)).flatMap(({ wanted }) => trim(wanted, seen.now)),
      ];
      if (commands.length > 0) {
        ctx.progress(`writing ${[...new Set(commands.map((command) => String(keyOf(command))))].join(", ")}`);
        await run(client, commands);
      }
      const kept = new Set(streams.map(({ key }) => key));
      const dropped = (old?.streams ?? []).map(({ key }) => key).filter((key) => !kept.has(key));
      if (dropped.length === 0 || inputs.retain) return;
      ctx.progress(`deleting ${dropped.join(", ")}`);
      const held = await dropStreams(client, dropped, "", allowDataLoss);
      if (held.length > 0) throw new DataAtRisk(storeName("redis", node), held);
    });
    return { ...inputs };
  },

  async read(id, old, ctx) {
    const { node, tenant } = old ?? parseId(id);
    return unlessDown(old, ctx, () =>
      store.look(ctx, node, async (client) => {
        if (old === undefined) return imported(client, node, tenant);
        const { streams } = await observe(client, old.streams);
        warnOfStrangers(streams, old, ctx);
        return current(streams, old);
      }),
    );
  },

  async remove(_id, old, ctx) {
    const { node, tenant, streams, retain = false } = old;
    if (retain) return;
    await store.use(ctx, node, async (client) => {
      ctx.progress("deleting streams");
      const keys = streams.map(({ key }) => key);
      const prefix = tenant === undefined ? "" : `${tenantPrefix(tenant)}_`;
      const held = await dropStreams(client, keys, prefix, mayDrop(old));
      if (held.length > 0) throw new DataAtRisk(storeName("redis", node), held);
    });
  },
});

/** The handler over the process's own connections. */
export const redisStreams = redisStreamsOn(redis);

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, ["node", "tenant", "streams", "allowDataLoss", "retain"]);
  c.node();
  c.tenant(true);
  c.flags("allowDataLoss", "retain");
  const streams = c.elements("streams");
  const { tenant } = inputs;
  for (const { path, value } of streams) {
    const shape = (v: unknown): boolean => isText(v) && /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(v);
    if (c.that(`${path}.key`, value.key, shape, 'expected a key such as "ALPHA_L3_IN"')) {
      const owned = (v: unknown): boolean => !isText(tenant) || String(v).startsWith(`${tenantPrefix(tenant)}_`);
      c.that(`${path}.key`, value.key, owned, `"${String(value.key)}" must begin with the tenant's id and "_"`);
    }
    const names = (v: unknown): boolean => Array.isArray(v) && v.every(isText) && new Set(v).size === v.length;
    c.that(`${path}.groups`, value.groups, names, "expected a list of distinct group names");
    const seconds = (v: unknown): boolean => Number.isInteger(v) && (v as number) >= 0;
    c.that(`${path}.retentionSeconds`, value.retentionSeconds, seconds, "expected whole seconds, 0 or more");
  }
  c.distinct(streams, "key");
  return c.failures;
}

/** Groups that were declared before and are no more. */
function retired({ wanted, groups }: ObservedStream, old: RedisStreamsState | undefined): RedisCommand[] {
  const before = old?.streams.find(({ key }) => key === wanted.key)?.groups ?? [];
  return before
    .filter((group) => !wanted.groups.includes(group) && groups?.includes(group))
    .map((group) => ["XGROUP", "DESTROY", wanted.key, group]);
}

/** Whether the stream keeps less than it did: the only time there can be something old that services left. */
function shortened({ wanted, groups }: ObservedStream, old: RedisStreamsState | undefined): boolean {
  const before = old?.streams.find(({ key }) => key === wanted.key);
  return groups !== undefined && before?.retentionSeconds !== wanted.retentionSeconds;
}

const keyOf = (command: RedisCommand): unknown => (command[0] === "XGROUP" ? command[2] : command[1]);

async function run(client: Redis, commands: readonly RedisCommand[]): Promise<void> {
  const replies = await transaction(client, commands);
  const failed = replies.find((reply): reply is Error => reply instanceof Error && !/BUSYGROUP/.test(reply.message));
  if (failed !== undefined) throw failed;
}

/** A group that nobody declared keeps nothing from working, but its backlog grows unseen. */
function warnOfStrangers(
  streams: readonly ObservedStream[],
  old: RedisStreamsState | undefined,
  ctx: HandlerContext,
): void {
  for (const { wanted, groups } of streams) {
    const before = old?.streams.find(({ key }) => key === wanted.key)?.groups ?? [];
    const extra = (groups ?? []).filter((group) => !wanted.groups.includes(group) && !before.includes(group));
    if (extra.length > 0)
      ctx.warn(`stream ${wanted.key} has consumer groups that nobody declared: ${extra.join(", ")}`);
  }
}

/** The state without the streams and groups that are missing; without any missing the state itself. */
function current(streams: readonly ObservedStream[], old: RedisStreamsState): RedisStreamsState | undefined {
  if (streams.length > 0 && streams.every(({ groups }) => groups === undefined)) return undefined;
  if (streams.every((stream) => stream.groups !== undefined && missingGroups(stream).length === 0)) return old;
  const found = streams.filter(({ groups }) => groups !== undefined);
  const present = (stream: ObservedStream): RedisStream => {
    const missing = missingGroups(stream);
    return { ...stream.wanted, groups: stream.wanted.groups.filter((group) => !missing.includes(group)) };
  };
  return { ...old, streams: found.map(present) };
}

/** Retention is nowhere on the server: 0, to be set by the next `up`. */
async function imported(
  client: Redis,
  node: string,
  tenant: string | undefined,
): Promise<RedisStreamsState | undefined> {
  const keys = tenant === undefined ? [HEALTH_STREAM] : await streamsWithPrefix(client, `${tenantPrefix(tenant)}_`);
  const { streams } = await observe(
    client,
    keys.map((key) => ({ key, groups: [], retentionSeconds: 0 })),
  );
  const found = streams.flatMap(({ wanted, groups }) => (groups ? [{ ...wanted, groups: groups.toSorted() }] : []));
  return found.length === 0 ? undefined : { node, ...(tenant !== undefined && { tenant }), streams: found };
}

function parseId(id: string): { node: string; tenant?: string } {
  const [node, kind, tenant, ...rest] = id.split("/");
  if (!node || kind !== "streams" || !tenant || rest.length > 0) {
    throw new Error(`"${id}" is not the id of streams: expected node/streams/tenant, as node-c/streams/alpha`);
  }
  return tenant === "shared" ? { node } : { node, tenant };
}
