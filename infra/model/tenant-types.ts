/** ROE levels a tenant can hold, lowest first (Phase 5 §4.4). */
export type RoeLevel = "ANALYSIS_ONLY" | "SOC_ASSIST" | "TRAINING";

/** Classifications on the bus, lowest first. */
export type Classification = "UNCLASSIFIED" | "RESTRICTED" | "CONFIDENTIAL" | "SECRET" | "TOP_SECRET";

/** Somebody whose signature counts for what needs two persons. */
export interface Officer {
  readonly person: string;
  /** Hex of the raw ML-DSA-87 key. */
  readonly publicKey: string;
}

/** Where a tenant listens. */
export interface NotifyChannel {
  readonly channel: "webhook" | "email";
  /** URL or address. */
  readonly target: string;
}

/** A feed of indicators of threats. */
export type Feed =
  | {
      readonly kind: "stix" | "csv";
      readonly id: string;
      /** File of the project: `feeds/alpha.csv`. */
      readonly path: string;
      /** Of indicators that say none, 0 to 100. */
      readonly confidence: number;
    }
  | {
      readonly kind: "taxii";
      readonly id: string;
      /** Address of the collection. */
      readonly url: string;
      readonly everySeconds: number;
      /** Files on the node, which the operator lays there, both in one folder that is named after the tenant. */
      readonly tokenFile?: string;
      readonly caFile?: string;
      readonly confidence: number;
    };

/** Somebody that a tenant exchanges indicators with. */
export interface Partner {
  readonly id: string;
  /** Kinds that it may be told of. */
  readonly shares: readonly ("ip" | "domain" | "hash")[];
  /** 0 to 1, of Layer 4. */
  readonly minConfidence: number;
  readonly marking: "TLP:CLEAR" | "TLP:GREEN" | "TLP:AMBER" | "TLP:RED";
  /** Hex of the raw ML-DSA-87 key; without it nothing of the partner's is taken. */
  readonly publicKey?: string;
}

/** Stream keys of one tenant in Redis. */
export interface TenantStreams {
  readonly l3In: string;
  readonly l3Out: string;
  readonly l4In: string;
  readonly l4Out: string;
  readonly l5Out: string;
  readonly l6Out: string;
  readonly socEvents: string;
  readonly rejects: string;
  readonly proposals: string;
}

export interface Tenant {
  /** Lower-case id: `alpha`. */
  readonly id: string;
  /** Upper-case id used in TENANT_ID, stream prefixes and log tags: `ALPHA`. */
  readonly prefix: string;
  readonly roeLevel: RoeLevel;
  readonly actions: readonly string[];
  readonly compartments: readonly string[];
  readonly classification: Classification;
  readonly officers: readonly Officer[];
  readonly tools: readonly string[];
  readonly notify: readonly NotifyChannel[];
  readonly feeds: readonly Feed[];
  readonly coalition: readonly Partner[];
  /** Seconds that entries of the layers' streams are kept. */
  readonly retentionHotSeconds: number;
  /** Seconds that SOC_EVENTS entries are kept. */
  readonly retentionSocSeconds: number;
  /** Days that archived events are kept in Postgres. */
  readonly retentionArchiveDays: number;
  /** Hours that its log lines are kept in Loki. */
  readonly retentionLogsHours: number;
  /** What it may ask of the language models, over all routers. */
  readonly limits: { readonly requestsPerMinute: number; readonly tokensPerDay: number };
  /** Names of the API keys to issue. */
  readonly apiKeys: readonly string[];
  /** Port on the L3 router's node where its log lines are taken; absent where they are not. */
  readonly ingestPort?: number;
  /** Port of its own SHRINK; absent where one serves all tenants. */
  readonly shrinkPort?: number;
  readonly streams: TenantStreams;
  /** Postgres schema: `dsmil_alpha`. */
  readonly schema: string;
  /** Qdrant collections: `alpha_events` … */
  readonly collections: readonly string[];
}
