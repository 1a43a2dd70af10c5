import { stringify } from "yaml";

/** How Loki keeps logs. */
export interface LokiSettings {
  /** Hours that lines are kept of tenants without a time of their own. */
  readonly retentionHours: number;
  /** Address and port that it listens on; default all, 3100. */
  readonly address?: string;
  readonly port?: number;
  /** Folder of its data; default `/loki`. */
  readonly folder?: string;
  /** Where loki-overrides.yaml is; default `/etc/loki-tenants/overrides.yaml`. */
  readonly overrides?: string;
}

/**
 * `loki.yaml`: one program, files on its volume, tenants by the header that only the gate sets. It reports to nobody, takes
 * lines in any order within an hour of a stream's newest and up to a week old, and deletes what is older than it may be.
 */
export function renderLokiConf(settings: LokiSettings): string {
  const { retentionHours, address = "0.0.0.0", port = 3100, folder = "/loki" } = settings;
  const local = { http_listen_address: address, http_listen_port: port };
  return stringify({
    auth_enabled: true,
    analytics: { reporting_enabled: false },
    server: {
      ...local,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: port === 3100 ? 9095 : port + 1,
      log_level: "warn",
      log_format: "json",
      http_server_read_timeout: "30s",
      http_server_write_timeout: "60s",
    },
    common: {
      instance_addr: "127.0.0.1",
      path_prefix: folder,
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" } },
      storage: { filesystem: { chunks_directory: `${folder}/chunks`, rules_directory: `${folder}/rules` } },
    },
    schema_config: { configs: [SCHEMA] },
    ingester: {
      // It is the only one: nobody else's look at the ring is waited for.
      lifecycler: { min_ready_duration: "0s" },
      wal: { dir: `${folder}/wal`, replay_memory_ceiling: "128MB" },
      chunk_idle_period: "30m",
    },
    querier: { multi_tenant_queries_enabled: true, max_concurrent: 2 },
    compactor: {
      working_directory: `${folder}/compactor`,
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    limits_config: { ...LIMITS, retention_period: `${retentionHours}h` },
    runtime_config: { file: settings.overrides ?? "/etc/loki-tenants/overrides.yaml" },
  });
}

/** What single tenants have. */
export interface LokiOverrides {
  /** Tenant in Loki → hours that its lines are kept. */
  readonly tenants: Readonly<Record<string, number>>;
}

/** `overrides.yaml`: what single tenants have otherwise. Loki reads it again and again. */
export function renderLokiOverrides({ tenants }: LokiOverrides): string {
  const each = Object.entries(tenants).map(([id, hours]) => [id, { retention_period: `${hours}h` }]);
  return stringify({ overrides: Object.fromEntries(each) });
}

const SCHEMA = {
  from: "2026-01-01",
  store: "tsdb",
  object_store: "filesystem",
  schema: "v13",
  index: { prefix: "index_", period: "24h" },
} as const;

/** Of a tenant. */
const LIMITS = {
  // It would add a label of its own making.
  discover_service_name: [],
  discover_log_levels: false,
  unordered_writes: true,
  reject_old_samples: true,
  reject_old_samples_max_age: "168h",
  // The shipper cuts lines at 256 Ki characters; wrapped and in UTF-8 they are longer.
  max_line_size: "1536KB",
  max_label_names_per_series: 10,
  max_label_value_length: 64,
  max_global_streams_per_user: 2000,
  ingestion_rate_mb: 16,
  ingestion_burst_size_mb: 32,
  per_stream_rate_limit: "8MB",
  per_stream_rate_limit_burst: "24MB",
  max_entries_limit_per_query: 5000,
  max_query_length: "721h",
  max_query_parallelism: 4,
  query_timeout: "25s",
  allow_structured_metadata: false,
  volume_enabled: false,
} as const;
