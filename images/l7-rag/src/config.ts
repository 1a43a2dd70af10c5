import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readCa, readTenantConfig, secretPath, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Where Qdrant is and how the tenant proves itself there. */
export interface QdrantConfig {
  /** https://host:port */
  readonly url: string;
  readonly tokenFile: string;
  /** PEM of the fleet's CA. */
  readonly ca: string;
  /** The one collection that is used: the tenant's. */
  readonly collection: string;
}

/** Configuration of the RAG engine. */
export interface RagConfig extends TenantConfig {
  readonly models: ModelSettings;
  readonly qdrant: QdrantConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Most chunks of the tenant's knowledge base. */
  readonly maxChunks: number;
}

/** Reads the configuration of the RAG engine (device 50); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): RagConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l7-rag", device: 50, layer: 7 });
  const config = {
    ...tenant,
    models: readModelSettings(env),
    qdrant: {
      url: env.text("QDRANT_URL", { pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, hint: "https://host:port" }),
      tokenFile: secretPath(env, "qdrant_token"),
      ca: readCa(env),
      collection: `${tenant.identity.tenant.toLowerCase()}_knowledge_base`,
    },
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    maxChunks: env.integer("MAX_CHUNKS", { min: 1, max: 1_000_000, default: 20_000 }),
  };
  env.finish();
  return config;
}
