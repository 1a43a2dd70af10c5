import type { KnownCredentials } from "../../isolation/drivers/credentials.ts";
import type { Doors } from "../../isolation/drivers/doors.ts";
import type { DeliveredStore, Pair } from "../../isolation/plan/pair.ts";
import type { CredentialSource } from "../../isolation/types.ts";
import type { Model, Tenant } from "../../model/types.ts";
import { UserError } from "../errors.ts";
import type { Fleet } from "../stores/fleet.ts";

const ADMIN_FILES: Readonly<Record<DeliveredStore, string>> = {
  redis: "redis_password",
  postgres: "postgres_password",
  qdrant: "qdrant_api_key",
};
const TENANT_FILES: Readonly<Record<DeliveredStore, string>> = {
  redis: "redis_password",
  postgres: "postgres_password",
  qdrant: "qdrant_token",
};

/** Every credential there is: the stack's, those delivered to the nodes, the administrators'. */
export async function collectCredentials({ model, data }: Fleet, doors: Doors): Promise<KnownCredentials> {
  const dataNode = model.nodes.find((n) => n.role === "data")?.id ?? "";
  const [admin, ...delivered] = await Promise.all([
    readFiles(doors, dataNode, "/etc/dsmil/admin", ADMIN_FILES),
    ...model.tenants.map((t) => deliveredTo(model, doors, t)),
  ]);
  const missing = (["redis", "postgres", "qdrant"] as const).filter((store) => !admin[store]);
  if (missing.length > 0) {
    throw new UserError(
      `${dataNode}: /etc/dsmil/admin has no ${missing.map((s) => ADMIN_FILES[s]).join(", ")}, so no control can run`,
      "run `bin/dsmil up`",
    );
  }
  return {
    stack: data.tenants,
    node: Object.fromEntries(model.tenants.map((t, i) => [t.id, delivered[i] ?? {}])),
    admin: admin as Record<DeliveredStore, string>,
    certificates: data.certificates,
    ...(data.monitoring && { operator: data.monitoring.operator }),
    ...(data.control && { operators: data.control.operators }),
    ...(data.logs && { logs: data.logs }),
  };
}

/** What to try of a tenant: the delivered credential beside the stack's only where it is another. */
export function credentialSources({ stack, node }: KnownCredentials, { id }: Tenant): Pair["sources"] {
  const secrets = stack[id];
  const known = { redis: secrets?.redis.writer, postgres: secrets?.postgres.app, qdrant: secrets?.qdrantToken };
  const sources = (store: DeliveredStore): CredentialSource[] =>
    node[id]?.[store] === known[store] ? ["stack"] : ["stack", "node"];
  return { redis: sources("redis"), postgres: sources("postgres"), qdrant: sources("qdrant") };
}

/** The node that runs the tenant's services has its files. */
async function deliveredTo(
  model: Model,
  doors: Doors,
  { id }: Tenant,
): Promise<Partial<Record<DeliveredStore, string>>> {
  const node = model.containers.find((c) => c.tenant === id)?.node;
  return node === undefined ? {} : readFiles(doors, node, `/etc/dsmil/tenants/${id}`, TENANT_FILES);
}

/** Reads the files of a folder that exist, in one command. */
async function readFiles(
  doors: Doors,
  node: string,
  folder: string,
  files: Readonly<Record<DeliveredStore, string>>,
): Promise<Partial<Record<DeliveredStore, string>>> {
  // Each file as one line of Base64, an empty line where it is missing.
  const script = `cd "$0" 2>/dev/null || exit 0; for f in "$@"; do base64 -w0 "$f" 2>/dev/null; echo; done`;
  const names = Object.values(files);
  const { stdout } = await doors.exec(node, ["sh", "-c", script, folder, ...names]);
  const lines = stdout.split("\n");
  const found = Object.keys(files).map((store, i) => [
    store,
    Buffer.from(lines[i] ?? "", "base64")
      .toString()
      .trim(),
  ]);
  return Object.fromEntries(found.filter(([, text]) => text !== ""));
}
