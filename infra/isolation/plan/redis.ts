import { HEALTH_STREAM, redisUser, tenantPrefix } from "../../model/names.ts";
import type { Tenant } from "../../model/types.ts";
import type { Attempt, CredentialSource, Plan, Probe, RedisIdentity } from "../types.ts";
import { credentialName, type Pair } from "./pair.ts";

type Role = "writer" | "reader" | "ingest";
type Command = readonly string[];
type RedisProbe = Extract<Probe, { kind: "redis" }>;

const NO_GROUP = "isolation-probe";
const EVERYTHING = "9223372036854775807";

/**
 * Commands on the victim's real streams. Those that write are of a form that the server takes as allowed and that
 * changes nothing: an id that no entry can have, a group that does not exist, a length no stream reaches. `through`
 * is what such a form answers where the access control lets it pass.
 */
function onRealStream(key: string): readonly { command: Command; roles: readonly Role[]; through?: string }[] {
  return [
    { command: ["XRANGE", key, "-", "+", "COUNT", "1"], roles: ["writer", "reader"] },
    { command: ["XREVRANGE", key, "+", "-", "COUNT", "1"], roles: ["reader"] },
    { command: ["XREAD", "COUNT", "1", "STREAMS", key, "0"], roles: ["writer", "reader"] },
    { command: ["XLEN", key], roles: ["writer", "reader"] },
    { command: ["XINFO", "STREAM", key], roles: ["reader"] },
    { command: ["XADD", key, "0-0", "probe", "1"], roles: ["writer"], through: "ID specified in XADD" },
    { command: ["XTRIM", key, "MAXLEN", EVERYTHING], roles: ["writer"] },
    {
      command: ["XREADGROUP", "GROUP", NO_GROUP, "p", "COUNT", "1", "STREAMS", key, ">"],
      roles: ["writer"],
      through: "NOGROUP",
    },
    { command: ["XACK", key, NO_GROUP, "0-1"], roles: ["writer"] },
    { command: ["XPENDING", key, NO_GROUP], roles: ["writer"], through: "NOGROUP" },
    { command: ["XAUTOCLAIM", key, NO_GROUP, "p", "0", "0-0", "COUNT", "1"], roles: ["writer"], through: "NOGROUP" },
  ];
}

/** Commands that no tenant may use at all; the administrator shows that they work. */
function administrative(victim: Tenant): readonly { command: Command; fresh?: boolean }[] {
  const key = victim.streams.socEvents;
  const channel = `${victim.prefix}_CHANNEL`;
  return [
    { command: ["KEYS", `${victim.prefix}_*`] },
    { command: ["SCAN", "0", "MATCH", `${victim.prefix}_*`] },
    { command: ["RANDOMKEY"] },
    { command: ["EVAL", "return redis.call('XLEN', KEYS[1])", "1", key] },
    { command: ["CONFIG", "GET", "requirepass"] },
    { command: ["ACL", "LIST"] },
    { command: ["ACL", "GETUSER", redisUser(victim.id, "reader")] },
    { command: ["CLIENT", "LIST"] },
    { command: ["TYPE", key] },
    { command: ["EXISTS", key] },
    { command: ["DUMP", key] },
    { command: ["MEMORY", "USAGE", key] },
    { command: ["OBJECT", "ENCODING", key] },
    { command: ["PUBLISH", channel, "probe"] },
    { command: ["SUBSCRIBE", channel], fresh: true },
    { command: ["PSUBSCRIBE", `${victim.prefix}_*`], fresh: true },
    { command: ["XRANGE", HEALTH_STREAM, "-", "+", "COUNT", "1"] },
  ];
}

const ROLES: readonly Role[] = ["writer", "reader", "ingest"];

/** What a tenant's Redis users can do to another tenant's streams, channels and users. */
export function planRedis(pair: Pair): Plan {
  const { victim, attacker, nonce } = pair;
  const scratch = (n: string): string => `${tenantPrefix(victim.id)}_PROBE_${nonce}_${attacker.id.toUpperCase()}_${n}`;
  const attempts: Attempt[] = [];
  const add = (
    role: Role,
    source: CredentialSource,
    command: Command,
    controlAs: RedisIdentity,
    rest: Partial<RedisProbe> = {},
  ): void => {
    attempts.push(
      attempt(pair, role, source, { kind: "redis", as: who(attacker, role, source), command, ...rest }, controlAs),
    );
  };
  for (const key of Object.values(victim.streams) as string[]) {
    for (const { command, roles, through } of onRealStream(key)) {
      for (const role of roles) {
        for (const source of of(role, pair)) add(role, source, command, who(victim, role), through ? { through } : {});
      }
    }
  }
  const intake = victim.streams.l3In;
  add("ingest", "stack", ["XADD", intake, "0-0", "probe", "1"], who(victim, "ingest"), {
    through: "ID specified in XADD",
  });
  add("ingest", "stack", ["XLEN", intake], who(victim, "ingest"));
  add("ingest", "stack", ["XRANGE", intake, "-", "+", "COUNT", "1"], who(victim, "reader"));
  for (const role of ROLES) {
    for (const source of of(role, pair)) {
      for (const { command, fresh } of administrative(victim))
        add(role, source, command, "admin", fresh ? { fresh } : {});
    }
  }
  // Real writes and removals, on streams made for them: nothing reads these, and they go afterwards.
  const destructive: readonly (readonly [string, (key: string) => Command, RedisIdentity])[] = [
    ["ADD", (key) => ["XADD", key, "*", "probe", "1"], who(victim, "writer")],
    ["TRIM", (key) => ["XTRIM", key, "MAXLEN", "0"], who(victim, "writer")],
    ["DEL", (key) => ["DEL", key], "admin"],
    ["UNLINK", (key) => ["UNLINK", key], "admin"],
    ["RENAME", (key) => ["RENAME", key, `${key}_R`], "admin"],
    ["EXPIRE", (key) => ["EXPIRE", key, "3600"], "admin"],
    ["SETID", (key) => ["XSETID", key, "99999999999999-0"], "admin"],
    ["GROUP", (key) => ["XGROUP", "CREATE", key, "intruder", "0"], "admin"],
  ];
  for (const [name, command, controlAs] of destructive) {
    for (const source of of("writer", pair)) add("writer", source, command(scratch(`${name}_${source}`)), controlAs);
  }
  attempts.push(foreignLogin(pair));
  const keys = destructive.flatMap(([name]) => of("writer", pair).map((source) => scratch(`${name}_${source}`)));
  return {
    attempts,
    setup: keys.map((key) => admin(["XADD", key, "*", "probe", "0"])),
    teardown: [admin(["DEL", ...keys, ...keys.map((key) => `${key}_R`)])],
  };
}

const admin = (command: Command): Probe => ({ kind: "redis", as: "admin", command });

/** Only the writer's password is delivered to a node. */
function of(role: Role, { sources }: Pair): readonly CredentialSource[] {
  return role === "writer" ? sources.redis : ["stack"];
}

function who({ id }: Tenant, role: Role, source: CredentialSource = "stack"): RedisIdentity {
  return { tenant: id, role, source };
}

function attempt(
  pair: Pair,
  role: Role,
  source: CredentialSource,
  attack: RedisProbe,
  controlAs: RedisIdentity,
): Attempt {
  const { victim, attacker } = pair;
  const user = redisUser(attacker.id, role);
  const name = attack.command.join(" ");
  const works = attack.through === undefined ? ["OK"] : ["OK", "THROUGH"];
  return {
    id: `redis/${attacker.id}→${victim.id}/${user}@${source}/${name}`,
    layer: "redis",
    victim: victim.id,
    attacker: attacker.id,
    credential: role === "writer" ? credentialName(pair, "redis", user, source) : `${user} (stack)`,
    what: attack.command.join(" "),
    attack,
    refusals: ["NOPERM"],
    leaks: ["THROUGH"],
    control: { ...attack, as: controlAs },
    works,
    remedy: `Redis user ${user} has rights it should not have: \`bin/dsmil up\` sets the rules of the manifest again`,
  };
}

function foreignLogin({ victim, attacker }: Pair): Attempt {
  const user = redisUser(victim.id, "writer");
  return {
    id: `redis/${attacker.id}→${victim.id}/login ${user}`,
    layer: "redis",
    victim: victim.id,
    attacker: attacker.id,
    credential: `password of ${redisUser(attacker.id, "writer")}`,
    what: `log in as ${user} with another tenant's password`,
    attack: { kind: "redis-login", as: { tenant: victim.id, role: "writer", passwordOf: attacker.id } },
    refusals: ["WRONGPASS"],
    control: { kind: "redis-login", as: who(victim, "writer") },
    works: ["OK"],
    remedy: `users of both tenants share a password or accept any: \`bin/dsmil up\` sets them again`,
  };
}
