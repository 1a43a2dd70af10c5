import { postgresRole, redisUser } from "../../model/names.ts";
import type { TenantSecrets } from "../../stacks/outputs.ts";
import type { DeliveredStore } from "../plan/pair.ts";
import type {
  ApiIdentity,
  MonitorIdentity,
  PostgresIdentity,
  QdrantIdentity,
  RedisIdentity,
  ServiceIdentity,
} from "../types.ts";
import type { ClientCertificate } from "./doors.ts";
import { forgeToken } from "./forge-token.ts";
import { l7Token } from "./l7-token.ts";

/** Name of the administrator in Redis and PostgreSQL. */
const ADMIN = "dsmil_admin";

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Everything that is tried: from the data stack, and as found on the nodes. */
export interface KnownCredentials {
  readonly stack: Readonly<Record<string, TenantSecrets>>;
  /** Tenant → store → content of the delivered file; absent where it could not be read. */
  readonly node: Readonly<Record<string, Partial<Record<DeliveredStore, string>>>>;
  readonly admin: Readonly<Record<DeliveredStore, string>>;
  /** Of servers, by the data stack's names, and the operator's; absent where nothing is watched. */
  readonly certificates?: Readonly<Record<string, ClientCertificate>>;
  readonly operator?: ClientCertificate;
  /** Of the manifest's operators, by name; absent without a control API. */
  readonly operators?: Readonly<Record<string, ClientCertificate>>;
  /** Tokens for the log gate; absent without Loki. */
  readonly logs?: { readonly operator: string; readonly readers: Readonly<Record<string, string>> };
}

/** Turns the identities of a plan into secrets. */
export class Credentials {
  private readonly known: KnownCredentials;

  constructor(known: KnownCredentials) {
    this.known = known;
  }

  redis(as: RedisIdentity): Login {
    if (as === "admin") return { user: ADMIN, password: this.known.admin.redis };
    const user = redisUser(as.tenant, as.role);
    if ("passwordOf" in as) return { user, password: this.stack(as.passwordOf).redis[as.role] ?? "" };
    if (as.source === "node") return { user, password: this.delivered(as.tenant, "redis") };
    return { user, password: this.stack(as.tenant).redis[as.role] ?? "" };
  }

  postgres(as: PostgresIdentity): Login {
    if (as === "admin") return { user: ADMIN, password: this.known.admin.postgres };
    const user = postgresRole(as.tenant, as.role);
    if ("passwordOf" in as) return { user, password: this.stack(as.passwordOf).postgres[as.role] };
    if (as.source === "node") return { user, password: this.delivered(as.tenant, "postgres") };
    return { user, password: this.stack(as.tenant).postgres[as.role] };
  }

  /** Headers that authorise a request to Qdrant. */
  qdrant(as: QdrantIdentity): Record<string, string> {
    if (as === "none") return {};
    if (as === "admin") return { "api-key": this.known.admin.qdrant };
    if ("forged" in as) {
      return { "api-key": forgeToken(this.stack(as.tenant).qdrantToken, as.forged, this.known.admin.qdrant) };
    }
    const token = as.source === "node" ? this.delivered(as.tenant, "qdrant") : this.stack(as.tenant).qdrantToken;
    return { "api-key": token };
  }

  /** Headers that authorise a request to the L7 API. */
  api(as: ApiIdentity): Record<string, string> {
    if (as === "none") return {};
    if (as === "unknown") return UNKNOWN;
    if ("signer" in as) {
      return bearer(l7Token(as, { seed: this.seed(as.signer), publicKey: this.publicKey(as.names) }));
    }
    const key = this.stack(as.tenant).apiKeys[as.key] ?? "";
    return bearer(as.spoiled ? spoil(key) : key);
  }

  /** What authorises a request to a tenant's ingest, to SHRINK, or to the log gate. */
  service(as: ServiceIdentity): { readonly headers: Record<string, string>; readonly client?: ClientCertificate } {
    if (as === "none") return { headers: {} };
    if (as === "unknown") return { headers: UNKNOWN };
    if (as === "log-operator") return { headers: bearer(this.known.logs?.operator ?? "") };
    if (as === "log-shipper") return { headers: {}, client: this.certificate((name) => name.startsWith("shipper_")) };
    if ("certificate" in as) return { headers: {}, client: this.certificate((name) => name === as.certificate) };
    if ("key" in as) return { headers: bearer(this.stack(as.tenant).apiKeys[as.key] ?? "") };
    const token = as.token === "logs" ? this.reader(as.tenant) : this.stack(as.tenant).tokens[as.token];
    return { headers: bearer(as.spoiled ? spoil(token) : token) };
  }

  /** What a connection to what watches the fleet shows. */
  monitor(as: MonitorIdentity): { readonly headers: Record<string, string>; readonly client?: ClientCertificate } {
    if (as === "none") return { headers: {} };
    if (typeof as === "object" && "key" in as) return { headers: bearer(this.stack(as.tenant).apiKeys[as.key] ?? "") };
    if (typeof as === "object" && "operator" in as) return { headers: {}, client: this.operator(as.operator) };
    const name = as === "scraper" ? "prometheus" : as === "operator" ? as : as.certificate;
    const client = as === "operator" ? this.known.operator : this.known.certificates?.[name];
    if (client === undefined) throw new Error(`the data stack has no certificate ${name}`);
    return { headers: {}, client };
  }

  /** Seed of a tenant's signing key, in hex. */
  seed(tenant: string): string {
    return this.stack(tenant).signing.seed;
  }

  /** Every secret value of a tenant, for searching. */
  valuesOf(tenant: string): string[] {
    const { redis, postgres, qdrantToken, apiKeys, tokens, signing } = this.stack(tenant);
    const maps = [redis, postgres, apiKeys, tokens].flatMap((map) => Object.values<string>(map));
    return [...maps, ...(this.known.logs ? [this.reader(tenant)] : []), qdrantToken, signing.seed];
  }

  /** The administrators' secrets. */
  adminValues(): string[] {
    return Object.values(this.known.admin);
  }

  private stack(tenant: string): TenantSecrets {
    const found = this.known.stack[tenant];
    if (found === undefined) throw new Error(`the data stack has no credentials of ${tenant}`);
    return found;
  }

  private operator(name: string): ClientCertificate {
    const found = this.known.operators?.[name];
    if (found === undefined) throw new Error(`the data stack has no certificate of the operator ${name}`);
    return found;
  }

  private reader(tenant: string): string {
    const found = this.known.logs?.readers[tenant];
    if (found === undefined) throw new Error(`the data stack has no token for logs of ${tenant}`);
    return found;
  }

  private certificate(is: (name: string) => boolean): ClientCertificate {
    const found = Object.entries(this.known.certificates ?? {}).find(([name]) => is(name));
    if (found === undefined) throw new Error("the data stack has no such certificate");
    return found[1];
  }

  private publicKey(tenant: string): string {
    return this.stack(tenant).signing.publicKey;
  }

  private delivered(tenant: string, store: DeliveredStore): string {
    const found = this.known.node[tenant]?.[store];
    if (found === undefined) throw new Error(`the ${store} credential of ${tenant} is not on its node`);
    return found;
  }
}

const bearer = (presented: string): Record<string, string> => ({ authorization: `Bearer ${presented}` });

/** A key that nobody has. */
const UNKNOWN = bearer(`sk-nobody-${"0".repeat(40)}`);

/** The same key with its last character changed. */
function spoil(key: string): string {
  return `${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`;
}
