import { containerOf, label, list } from "./container.ts";
import type { Policy, Report } from "./policy.ts";

type Named = readonly { readonly name?: string; readonly key?: string; readonly rules?: string }[];

/** Streams every tenant may append to. */
const COMMON_STREAMS = ["HEALTH_EVENTS"];

export const tenantCredentials: Policy = {
  name: "tenant-credentials",
  description:
    "What a tenant owns in the stores, and what its containers log in as, is named after it and reaches nothing else.",
  validate(resource, report, { tenants }) {
    const { type, props } = resource;
    const container = containerOf(resource);
    if (container) return containerLogins(list(container.envs), label(container, "dsmil.tenant"), tenants, report);
    const tenant = props.tenant;
    if (typeof tenant !== "string") return;
    if (type === "dsmil:index:RedisAclUsers")
      for (const { name = "", rules = "" } of list(props.users as Named)) {
        if (!name.startsWith(`${tenant}_`)) report(`Redis user ${name} is not named after ${tenant}`);
        for (const key of keysOf(rules))
          if (!key.startsWith(`${tenant.toUpperCase()}_`) && !COMMON_STREAMS.includes(key))
            report(`Redis user ${name} reaches keys ${key}`);
      }
    if (type === "dsmil:index:RedisStreams")
      for (const { key = "" } of list(props.streams as Named))
        if (!key.startsWith(`${tenant.toUpperCase()}_`)) report(`stream ${key} is not named after ${tenant}`);
    if (type === "dsmil:index:QdrantTenantCollections")
      for (const { name = "" } of list(props.collections as Named))
        if (!name.startsWith(`${tenant}_`)) report(`collection ${name} is not named after ${tenant}`);
  },
};

/** Key patterns of an ACL rule; one that allows every key is `*`. */
function keysOf(rules: string): string[] {
  const keys = [...rules.matchAll(/(?:^|[\s(])(?:%[RW]+)?~([^\s)]*)/g)].map(([, key = ""]) => key);
  return /(?:^|[\s(])allkeys(?:[\s)]|$)/.test(rules) ? [...keys, "*"] : keys;
}

/** Variables that say who a container is, and how a tenant's id stands in their values. */
const LOGINS: readonly (readonly [RegExp, (value: string, id: string) => boolean])[] = [
  [/^TENANT_ID$/, (value, id) => value === id],
  [/_USER$/, (value, id) => value.startsWith(`${id}_`)],
  [/^POSTGRES_SCHEMA$/, (value, id) => value.endsWith(`_${id}`)],
  [/^REDIS_STREAM_/, (value, id) => value.startsWith(`${id}_`)],
];

/** A tenant's container logs in as that tenant, a shared one as none. */
function containerLogins(
  envs: readonly string[],
  tenant: string | undefined,
  tenants: readonly string[],
  report: Report,
): void {
  const others = tenants.filter((id) => id !== tenant);
  for (const env of envs) {
    const at = env.indexOf("=");
    const [key, value] = [env.slice(0, at), env.slice(at + 1).toLowerCase()];
    const names = LOGINS.find(([pattern]) => pattern.test(key))?.[1];
    const found = names && others.find((id) => names(value, id));
    if (found !== undefined) report(`its variable ${key} names tenant ${found}`);
  }
}
