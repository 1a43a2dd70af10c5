import type { Redis } from "ioredis";
import type { HandlerContext, PropertyPath, Props, ResourceHandler } from "../../handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { InputCheck, isText } from "../../stores/inputs.ts";
import { type RedisCommand, redis, transaction } from "../../stores/redis.ts";
import { unlessDown } from "../../stores/unless-down.ts";
import type { RedisAclUsersState, RedisUser } from "./args.ts";
import { type ObservedUser, observe } from "./observe.ts";
import { parseUser, passwordHash, setUser, splitRules } from "./user.ts";

type Handler = ResourceHandler<RedisAclUsersState, RedisAclUsersState>;

/** Rules that would undo the allow-list, the password, or the switch that this resource sets itself. */
const forbidden =
  /^(\+@all|allcommands|nocommands|~\*|%RW~\*|allkeys|&\*|allchannels|nopass|resetpass|reset|on|off|[<>#!].*)$/i;

/** Users of one tenant in Redis. */
export const redisAclUsersOn = (store: Connector<Redis>): Handler => ({
  token: "dsmil:index:RedisAclUsers",
  outputs: [],
  secretOutputs: [],
  replaceOn: ["node", "tenant"],
  check,
  id: ({ node, tenant }) => `${node}/redis/${tenant ?? "shared"}`,
  secretPaths: (props) => (Array.isArray(props.users) ? props.users : []).map(passwordPath),

  async reconcile(inputs, old, ctx) {
    const { node, tenant, users } = inputs;
    const dropped = (old?.users ?? []).map(({ name }) => name).filter((name) => !users.some((u) => u.name === name));
    await store.use(ctx, node, async (client) => {
      const seen = await observe(client, users, tenant);
      const wrong = seen.users.filter((user) => user.wrong.length > 0);
      const there = dropped.length > 0 ? await existing(client, dropped) : [];
      const extra = [...new Set([...seen.extra, ...there])];
      if (wrong.length === 0 && extra.length === 0) return;
      ctx.progress(`writing ${[...wrong.map(({ wanted }) => wanted.name), ...extra].join(", ")}`);
      await write(client, wrong, extra, old);
    });
    return { ...inputs };
  },

  async read(id, old, ctx) {
    const { node, tenant } = old ?? parseId(id);
    return unlessDown(old, ctx, () =>
      store.look(ctx, node, (client) => (old === undefined ? imported(client, node, tenant) : current(client, old))),
    );
  },

  async remove(_id, { node, tenant, users }, ctx: HandlerContext) {
    await store.use(ctx, node, async (client) => {
      const { extra } = await observe(client, [], tenant);
      const names = await existing(client, [...new Set([...users.map(({ name }) => name), ...extra])]);
      if (names.length === 0) return;
      ctx.progress(`deleting ${names.join(", ")}`);
      await persist(client, [["ACL", "DELUSER", ...names]]);
    });
  },
});

/** The handler over the process's own connections. */
export const redisAclUsers = redisAclUsersOn(redis);

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, ["node", "tenant", "users"]);
  c.node();
  c.tenant(true);
  const users = c.elements("users");
  const { tenant } = inputs;
  for (const { path, value } of users) {
    const owned = (v: unknown): boolean => isText(v) && /^[a-z][\w-]*$/.test(v) && !/^(default|dsmil_admin)$/.test(v);
    if (c.that(`${path}.name`, value.name, owned, "expected a user name, but not default or dsmil_admin")) {
      const prefixed = (v: unknown): boolean => !isText(tenant) || String(v).startsWith(`${tenant}_`);
      c.that(`${path}.name`, value.name, prefixed, `"${String(value.name)}" must begin with "${String(tenant)}_"`);
    }
    c.password(`${path}.password`, value.password);
    if (!c.that(`${path}.rules`, value.rules, isText, "expected ACL rules, beginning with -@all")) continue;
    const rules = splitRules(value.rules as string);
    c.that(
      `${path}.rules`,
      rules[0],
      (v) => v === "-@all",
      "must begin with -@all: name what is allowed, nothing else",
    );
    for (const rule of rules.flatMap((r) => r.replace(/^\(|\)$/g, "").split(/\s+/))) {
      c.that(`${path}.rules`, rule, (v) => !forbidden.test(String(v)), `"${rule}" is not for tenants' users`);
      // Redis 7.0 stops on it when it loads the ACL file.
      c.that(`${path}.rules`, rule, (v) => String(v).toLowerCase() !== "+client|setinfo", `Redis 7.0 has no "${rule}"`);
    }
  }
  c.distinct(users, "name");
  return c.failures;
}

/** Only where the value could be there: a password that is not known yet has no path of its own. */
function passwordPath(_user: unknown, i: number): PropertyPath {
  return ["users", i, "password"];
}

/**
 * Writes and saves in one transaction: what is in force is what the next start loads. Clients of a user that was more
 * than declared are cut off, since a blocked read outlives the right to read; a planned new password cuts off nobody.
 */
async function write(
  client: Redis,
  wrong: readonly ObservedUser[],
  extra: readonly string[],
  old: RedisAclUsersState | undefined,
): Promise<void> {
  const commands: RedisCommand[] = wrong.map(({ wanted }) => setUser(wanted));
  if (extra.length > 0) commands.push(["ACL", "DELUSER", ...extra]);
  for (const { wanted, found, wrong: what } of wrong) {
    if (found === undefined) continue;
    const before = old?.users.find(({ name }) => name === wanted.name);
    const known = [wanted, ...(before ? [before] : [])].map(({ password }) => passwordHash(password));
    const intruder = found.open || found.hashes.some((hash) => !known.includes(hash));
    if (what.includes("rules") || intruder) commands.push(["CLIENT", "KILL", "USER", wanted.name]);
  }
  await persist(client, commands);
}

async function persist(client: Redis, commands: readonly RedisCommand[]): Promise<void> {
  const replies = await transaction(client, [...commands, ["ACL", "SAVE"]]);
  const failed = replies.find((reply) => reply instanceof Error);
  if (failed === undefined) return;
  if (!/ACL file/i.test(failed.message)) throw failed;
  throw new Error("Redis was started without a writable aclfile, its users would not survive a restart", {
    cause: failed,
  });
}

/** Those of the names that the server has. */
async function existing(client: Redis, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const replies = await transaction(
    client,
    names.map((name) => ["ACL", "GETUSER", name] as const),
  );
  return names.filter((_, i) => parseUser(replies[i]) !== undefined);
}

/** The state with what differs on the server in its place; without differences the state itself. */
async function current(client: Redis, old: RedisAclUsersState): Promise<RedisAclUsersState | undefined> {
  const { users, extra } = await observe(client, old.users, old.tenant);
  if (users.every(({ found }) => found === undefined) && extra.length === 0) return undefined;
  if (users.every(({ wrong }) => wrong.length === 0) && extra.length === 0) return old;
  const strangers = extra.length > 0 ? (await described(client, extra)).map((user) => ({ ...user })) : [];
  return { ...old, users: [...users.flatMap(asFound), ...strangers] };
}

/** How a user that differs is shown: what is right in the words of its declaration, the rest in the server's. */
function asFound({ wanted, found, wrong }: ObservedUser): RedisUser[] {
  if (found === undefined) return [];
  const rules = wrong.includes("rules") ? found.rules : wanted.rules;
  return [
    {
      name: wanted.name,
      rules: found.enabled ? rules : `off ${rules}`,
      password: wrong.includes("password") ? "" : wanted.password,
    },
  ];
}

/** Users in the server's own words; their passwords cannot be told. */
async function described(client: Redis, names: readonly string[]): Promise<RedisUser[]> {
  const replies = await transaction(
    client,
    names.map((name) => ["ACL", "GETUSER", name] as const),
  );
  return names.flatMap((name, i) => {
    const found = parseUser(replies[i]);
    return found ? [{ name, password: "", rules: found.enabled ? found.rules : `off ${found.rules}` }] : [];
  });
}

async function imported(
  client: Redis,
  node: string,
  tenant: string | undefined,
): Promise<RedisAclUsersState | undefined> {
  const { extra } = await observe(client, [], tenant);
  const users = await described(client, extra.toSorted());
  return users.length === 0 ? undefined : { node, ...(tenant !== undefined && { tenant }), users };
}

function parseId(id: string): { node: string; tenant?: string } {
  const [node, store, tenant, ...rest] = id.split("/");
  if (!node || store !== "redis" || !tenant || rest.length > 0) {
    throw new Error(
      `"${id}" is not the id of a tenant's Redis users: expected node/redis/tenant, as node-c/redis/alpha`,
    );
  }
  return tenant === "shared" ? { node } : { node, tenant };
}
