/**
 * The isolation proof as data: what is tried, as whom, and which answer is the right refusal. Planning (`plan/`) makes
 * these from the model alone; `run.ts` carries them out through drivers; `judge.ts` says what the answers mean.
 */

/** Where isolation is tried. */
export const LAYERS = [
  ...(["redis", "postgres", "qdrant", "archive", "files", "network", "bus"] as const),
  ...(["api", "jwt", "chat", "ingest", "shrink", "monitoring", "control", "logs"] as const),
] as const;
export type Layer = (typeof LAYERS)[number];

/** Where a credential was taken from: the data stack's outputs, or the file a container on a node reads. */
export type CredentialSource = "stack" | "node";

/** A Redis user of a tenant, or the administrator. */
export type RedisIdentity =
  | { readonly tenant: string; readonly role: "writer" | "reader" | "ingest"; readonly source: CredentialSource }
  /** The user of one tenant with the password of another. */
  | { readonly tenant: string; readonly role: "writer"; readonly passwordOf: string }
  | "admin";

export type PostgresIdentity =
  | { readonly tenant: string; readonly role: "app" | "reader"; readonly source: CredentialSource }
  | { readonly tenant: string; readonly role: "app" | "reader"; readonly passwordOf: string }
  | "admin";

/** How a request to Qdrant is authorised. */
export type QdrantIdentity =
  | { readonly tenant: string; readonly source: CredentialSource }
  /** A token with the tenant's claims that the server must not accept. */
  | { readonly tenant: string; readonly forged: "expired" | "wrong_signature" | "unsigned" }
  | "none"
  | "admin";

/** How a request to the L7 API is authorised. */
export type ApiIdentity =
  | { readonly tenant: string; readonly key: string; readonly spoiled?: boolean }
  | TokenIdentity
  | "none"
  | "unknown";

/** What is wrong with a token for the L7 API, beside who signed it and whom it names. */
export type TokenFault =
  /** Its header names the key of the tenant that it names, not its signer's. */
  | "borrowed_kid"
  /** Signed for the signer, then rewritten to name another. */
  | "rewritten"
  | "expired"
  | "endless"
  | "too_long"
  | "other_audience"
  | "other_issuer"
  | "unsigned"
  /** HS256 with the named tenant's public key as the secret: its bytes, or their hex digits. */
  | "hmac_bytes"
  | "hmac_hex";

/** A token (JWT) for the L7 API. */
export interface TokenIdentity {
  /** Tenant whose key signs it. */
  readonly signer: string;
  /** Tenant that it names. */
  readonly names: string;
  readonly fault?: TokenFault;
}

/** Whose claim a message on the bus carries: whose key signs it, and which tenant it names. */
export type ClaimIdentity = { readonly signer: string; readonly names: string } | "none";

/** A service that tenants reach with tokens of their own, of one tenant or of all. */
export type TokenServer = `ingest:${string}` | "shrink" | `shrink:${string}` | "loki";

/** Tokens that outsiders of a tenant show. */
export type TokenName = "ingest" | "shrink" | "logs";

/** How a request to such a service is authorised: by a token, by a credential that is for something else, by nothing. */
export type ServiceIdentity =
  | { readonly tenant: string; readonly token: TokenName; readonly spoiled?: boolean }
  | { readonly tenant: string; readonly key: string }
  /** A certificate of the data stack's; a node's shipper's; the operator's token for logs. */
  | { readonly certificate: string }
  | "log-shipper"
  | "log-operator"
  | "none"
  | "unknown";

/** What watches the fleet: of all tenants. */
export type MonitorServer = "prometheus" | "alertmanager" | `agent:${string}` | `control:${string}`;

/** How a connection to it is made: with a certificate of the data stack's, an operator's or Prometheus', or without. */
export type MonitorIdentity =
  | { readonly certificate: string }
  | { readonly tenant: string; readonly key: string }
  /** An operator of the manifest, by name. */
  | { readonly operator: string }
  | "operator"
  | "scraper"
  | "none";

/** One thing that is done. Secrets appear by reference only, so that a plan can be printed. */
export type Probe =
  | {
      readonly kind: "redis";
      readonly as: RedisIdentity;
      readonly command: readonly string[];
      /** Words of an error which prove that the access control let the command through. */
      readonly through?: string;
      /** Words to look for in the reply: class `listed` when there, else `not_listed`. */
      readonly seeks?: string;
      /** Runs on a connection of its own, as it changes the connection's state. */
      readonly fresh?: boolean;
    }
  | { readonly kind: "redis-login"; readonly as: RedisIdentity }
  | {
      readonly kind: "postgres";
      readonly as: PostgresIdentity;
      /** Run in one transaction that is always rolled back; the last one's answer counts. */
      readonly sql: readonly string[];
      /** The answer is the first column of the first row, a count: class `rows` when above 0, else `no_rows`. */
      readonly counts?: boolean;
      /** Commits instead of rolling back: for fixtures. */
      readonly commit?: boolean;
    }
  | { readonly kind: "postgres-login"; readonly as: PostgresIdentity }
  | {
      readonly kind: "qdrant";
      readonly as: QdrantIdentity;
      readonly method: "GET" | "POST" | "PUT" | "DELETE";
      readonly path: string;
      readonly body?: unknown;
      /** Words to look for in a 200 answer: class `listed` when there, else `not_listed`. */
      readonly seeks?: string;
    }
  | {
      /** Class is the status, with the error's code where there is one: `403 tenant_mismatch`. */
      readonly kind: "api";
      readonly as: ApiIdentity;
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Makes it a POST, with this as JSON. */
      readonly body?: unknown;
      readonly method?: "DELETE";
    }
  | {
      /** Class as that of `api`. A POST has no line in its body: it stores nothing even where it is let through. */
      readonly kind: "service";
      readonly server: TokenServer;
      readonly as: ServiceIdentity;
      readonly method: "GET" | "POST";
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Words to look for in a 200 answer: class `listed` when there, else `not_listed`. */
      readonly seeks?: string;
    }
  | {
      readonly kind: "exec";
      readonly node: string;
      readonly argv: readonly string[];
      /** Words in stdout that mean "seen": class `seen`, else `not_seen`; without it class is `exit 0` or `exit n`. */
      readonly seeks?: string;
    }
  | {
      /**
       * A question on the bus from a container that speaks for all tenants, with a tenant's claim. Class is the name of
       * the answer's type, or the reason of a refusal: `L9_STOP_RESP`, `INVALID_CLAIM_TOKEN`.
       */
      readonly kind: "claim";
      readonly node: string;
      readonly container: string;
      /** Device of the container. */
      readonly source: number;
      readonly type: number;
      readonly destination: number;
      /** Tenant that the message is of. */
      readonly tenant: string;
      readonly claim: ClaimIdentity;
      readonly payload: string;
    }
  | {
      /** Class is the status, or `tls_refused` where the connection was. */
      readonly kind: "monitor";
      readonly server: MonitorServer;
      readonly as: MonitorIdentity;
      readonly path: string;
    }
  | {
      /** A TCP connection from inside one container to another's port; class `connected` or `blocked`. */
      readonly kind: "dial";
      readonly node: string;
      /** Absent: from the node itself. */
      readonly from?: string;
      readonly to: string;
      readonly port: number;
    }
  | {
      /** Whether files delivered to one tenant hold another's secret or the administrator's; class `held` or `not_held`. */
      readonly kind: "holds";
      readonly node: string;
      /** Folder on the node, read whole. */
      readonly path: string;
      readonly secretsOf: string;
    };

/** What came of a probe. */
export interface Answer {
  /** The server's own class of answer: `OK`, `NOPERM`, `42501`, `403`, `not_listed` … ; `!` when there was none. */
  readonly class: string;
  /** The server's words, one line, without secrets. */
  readonly detail: string;
}

/** One cross-tenant attempt with its positive control. */
export interface Attempt {
  /** Stable name: `redis/alpha→bravo/writer@stack/xrange ALPHA_L3_IN`. */
  readonly id: string;
  readonly layer: Layer;
  readonly victim: string;
  /** The same as the victim where a tenant's own duties are tried: an append-only log. */
  readonly attacker: string;
  /** Whose credential: `bravo_writer (node)`. */
  readonly credential: string;
  /** What is tried, for people. */
  readonly what: string;
  readonly attack: Probe;
  /** Classes that are the right refusal. */
  readonly refusals: readonly string[];
  /** Classes that mean it went through, beside `OK` and 2xx. */
  readonly leaks?: readonly string[];
  /** The same operation by whom it is allowed; run right after the attack. */
  readonly control: Probe;
  /** Classes that mean that the control worked. */
  readonly works: readonly string[];
  /** What to do when it is not refused. */
  readonly remedy: string;
}

/** Attempts, and what must be there for them and gone after. */
export interface Plan {
  readonly attempts: readonly Attempt[];
  /** Made before, in order, by the administrators. */
  readonly setup: readonly Probe[];
  /** Removed after, in order; "not there" is no fault. */
  readonly teardown: readonly Probe[];
}

/**
 * `refused`: the right refusal, and the control worked. `leak`: it went through. `wrong_refusal`: refused, but not by
 * what should have refused it. `inconclusive`: the control did not work, so the refusal proves nothing. `error`: no
 * answer. All but the first fail the proof.
 */
export type Verdict = "refused" | "leak" | "wrong_refusal" | "inconclusive" | "error";

/** An attempt with what came of it. */
export interface AttemptResult
  extends Pick<Attempt, "id" | "layer" | "victim" | "attacker" | "credential" | "what" | "remedy"> {
  readonly expected: readonly string[];
  readonly actual: Answer;
  readonly control: Answer;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}
