import { HEALTH_STREAM } from "../model/names.ts";
import type { Model, Tenant } from "../model/types.ts";
import { definition } from "../provider/resources/postgres-tenant-schema/definition.ts";
import { namesOf } from "../provider/resources/postgres-tenant-schema/names.ts";
import { codes, page, table } from "./markdown.ts";
import type { Declared } from "./record-fleet.ts";

/** Text of docs/reference/data-plane.md. */
export function dataPlanePage(model: Model, declared: readonly Declared[]): string {
  return page("Data plane", ABOUT, ...model.tenants.map((tenant) => tenantText(tenant, declared)), shared(declared));
}

const ABOUT = `What each tenant owns in the stores, as the stacks declare it. Users of Redis have an allow-list of commands beside the keys
that are named here; every table has row-level security for its tenant.`;

function tenantText(tenant: Tenant, declared: readonly Declared[]): string {
  const of = (type: string): Declared["inputs"] =>
    declared.find((one) => one.type === `dsmil:index:${type}` && one.inputs.tenant === tenant.id)?.inputs ?? {};
  const { users } = of("RedisAclUsers") as { users?: readonly RedisUser[] };
  const { streams } = of("RedisStreams") as { streams?: readonly Stream[] };
  const { collections } = of("QdrantTenantCollections") as { collections?: readonly Collection[] };
  const { database, archiveRetentionDays: days } = of("PostgresTenantSchema");
  const names = namesOf(tenant.id);
  const roles = [names.owner, names.app, names.reader];
  const schema = [
    [`\`${String(database)}\``, `\`${names.schema}\``, codes(roles), codes(tablesOf(tenant)), `${String(days)} days`],
  ];
  return [
    `## ${tenant.id}`,
    table(["Redis user", "keys", "commands"], (users ?? []).map(userRow)),
    table(["Redis stream", "groups", "kept"], (streams ?? []).map(streamRow)),
    table(["PostgreSQL", "schema", "roles", "tables", "events kept"], schema),
    table(["Qdrant collection", "dimensions", "distance"], (collections ?? []).map(collectionRow)),
  ].join("\n\n");
}

function shared(declared: readonly Declared[]): string {
  const own = declared.filter(
    ({ type, inputs }) => type === "dsmil:index:RedisAclUsers" && inputs.tenant === undefined,
  );
  const users = own.flatMap(({ inputs }) => (inputs.users ?? []) as readonly RedisUser[]);
  const schemas = declared.flatMap(({ type, inputs }) => {
    if (type === "dsmil:index:PostgresAuditTrail") return [[`\`${String(inputs.database)}\``, "`dsmil_audit`", AUDIT]];
    if (type === "dsmil:index:PostgresMetricsReader")
      return [[`\`${String(inputs.database)}\``, "`dsmil_metrics`", METRICS]];
    return [];
  });
  return [
    "## The fleet's own",
    `All tenants' services append to the stream \`${HEALTH_STREAM}\`; none may read it.`,
    table(["Redis user", "keys", "commands"], users.map(userRow)),
    table(["PostgreSQL", "schema", "what it holds"], schemas),
  ].join("\n\n");
}

const AUDIT = "the audit trail: a chain a node, with a role a node that may only append";
const METRICS = "views of the server's statistics, for its exporter";

interface RedisUser {
  readonly name: string;
  readonly rules: string;
}
interface Stream {
  readonly key: string;
  readonly groups: readonly string[];
  readonly retentionSeconds: number;
}
interface Collection {
  readonly name: string;
  readonly size: number;
  readonly distance: string;
}

function userRow({ name, rules }: RedisUser): string[] {
  const [own = "", selector] = rules.split(" (");
  const keys = own.split(" ").filter((word) => /^(~|%)/.test(word));
  const commands = own.split(" ").filter((word) => word.startsWith("+"));
  const beside =
    selector === undefined
      ? []
      : selector
          .replace(/[)]/g, "")
          .split(" ")
          .filter((w) => w.startsWith("%"));
  return [`\`${name}\``, codes([...keys, ...beside]), codes(commands.map((command) => command.slice(1)))];
}

const HOUR = 3600;
const streamRow = ({ key, groups, retentionSeconds }: Stream): string[] => [
  `\`${key}\``,
  codes(groups),
  `${retentionSeconds / HOUR} h`,
];
const collectionRow = ({ name, size, distance }: Collection): string[] => [`\`${name}\``, String(size), distance];

/** Tables of a tenant's schema, by its definition. */
function tablesOf(tenant: Tenant): string[] {
  const text = definition(namesOf(tenant.id), tenant.retentionArchiveDays);
  return [...text.matchAll(/CREATE TABLE \w+\.(\w+)/g)].flatMap(([, name]) => name ?? []);
}
