/**
 * The manifest as it is written, after the schema has accepted it and filled in defaults. Sizes and durations are
 * still text here; `resolve()` turns them into numbers. The shape mirrors manifest.schema.json, where every key is
 * described.
 */

import type { Classification, RoeLevel } from "./types.ts";

export interface ManifestFleet {
  readonly name: string;
  readonly domain: string;
  readonly version: string;
  readonly images: "lab" | "vendor";
  readonly logging: "json-file" | "journald";
  readonly database: string;
  readonly log_level: "DEBUG" | "INFO" | "WARN" | "ERROR";
}

export interface ManifestNode {
  readonly id: string;
  readonly role: "data" | "soc" | "ai";
  readonly address: string;
  readonly memory: string;
  readonly key: ManifestNodeKey;
}

export interface ManifestNodeKey {
  readonly kind: "file" | "tpm2" | "transit";
  readonly device?: string;
  readonly pcrs?: string;
  readonly address?: string;
  readonly mount?: string;
  readonly key?: string;
  readonly token_file?: string;
  readonly ca_file?: string;
}

export interface ManifestNetwork {
  readonly id: string;
  readonly pool: string;
  readonly intercontainer: boolean;
}

export interface ManifestLayer {
  readonly id: string;
  readonly name: string;
  readonly slo: { readonly p99?: string; readonly events_per_second?: number; readonly availability: number };
}

export interface ManifestDevice {
  readonly id: number;
  readonly layer: string;
  readonly node: string;
  readonly role: string;
  readonly memory: string;
  readonly container_memory?: string;
  readonly cpus: number;
  readonly token_id?: number;
}

export interface ManifestService {
  readonly id: string;
  readonly image: string;
  readonly tag?: string;
  readonly model?: string;
  readonly scope: "tenant" | "shared" | "node";
  readonly device?: number;
  readonly layer?: string;
  readonly node?: string;
  readonly memory?: string;
  readonly cpus?: number;
  readonly replicas: number;
  readonly port: number;
  readonly publish?: number;
  readonly networks: readonly string[];
  readonly needs: readonly string[];
}

export interface ManifestDbe {
  readonly transport: "quic" | "tls";
  readonly port: number;
  readonly rotation: { readonly every: string; readonly messages: number };
  readonly revoked: readonly string[];
}

export interface ManifestOperator {
  readonly name: string;
  readonly role: "viewer" | "analyst" | "operator" | "admin";
  readonly tenants: "all" | readonly string[];
  readonly revoked: boolean;
}

export interface ManifestShrink {
  readonly mode: "tagged" | "per_tenant" | "off";
}

export interface ManifestAlertWebhook {
  readonly id: string;
  readonly url: string;
  readonly severities: readonly ("critical" | "warning")[];
  readonly layers: readonly string[];
  readonly token_file?: string;
  readonly ca_file?: string;
}

export interface ManifestAlertEmail {
  readonly smarthost: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly severities: readonly ("critical" | "warning")[];
  readonly layers: readonly string[];
  readonly username?: string;
  readonly password_file?: string;
  readonly ca_file?: string;
}

export interface ManifestAlerts {
  readonly webhooks: readonly ManifestAlertWebhook[];
  readonly email?: ManifestAlertEmail;
}

export interface ManifestLogs {
  readonly loki: boolean;
  readonly retention: string;
}

export interface ManifestOfficer {
  readonly person: string;
  readonly public_key: string;
}

export interface ManifestNotifyChannel {
  readonly channel: "webhook" | "email";
  readonly target: string;
}

export interface ManifestFeed {
  readonly id: string;
  readonly kind: "stix" | "csv" | "taxii";
  readonly path?: string;
  readonly url?: string;
  readonly every?: string;
  readonly token_file?: string;
  readonly ca_file?: string;
  readonly confidence: number;
}

export interface ManifestPartner {
  readonly id: string;
  readonly shares: readonly ("ip" | "domain" | "hash")[];
  readonly min_confidence: number;
  readonly marking: "TLP:CLEAR" | "TLP:GREEN" | "TLP:AMBER" | "TLP:RED";
  readonly public_key?: string;
}

export interface ManifestTenant {
  readonly id: string;
  readonly roe_level: RoeLevel;
  readonly actions: readonly string[];
  readonly compartments: readonly string[];
  readonly classification: Classification;
  readonly officers: readonly ManifestOfficer[];
  readonly tools: readonly string[];
  readonly notify: readonly ManifestNotifyChannel[];
  readonly feeds: readonly ManifestFeed[];
  readonly coalition: readonly ManifestPartner[];
  readonly api_keys: readonly string[];
  readonly ingest_port?: number;
  readonly shrink_port?: number;
  readonly limits: { readonly requests_per_minute: number; readonly tokens_per_day: number };
  readonly retention: {
    readonly hot: string;
    readonly soc: string;
    readonly archive: string;
    readonly logs?: string;
  };
}

export interface Manifest {
  readonly fleet: ManifestFleet;
  readonly nodes: readonly ManifestNode[];
  readonly networks: readonly ManifestNetwork[];
  readonly layers: readonly ManifestLayer[];
  readonly devices: readonly ManifestDevice[];
  readonly services: readonly ManifestService[];
  readonly dbe: ManifestDbe;
  readonly shrink: ManifestShrink;
  readonly operators: readonly ManifestOperator[];
  readonly alerts: ManifestAlerts;
  readonly logs: ManifestLogs;
  readonly tenants: readonly ManifestTenant[];
}

/**
 * A manifest of which only the sound parts are left: what the schema refused is cut out, so that cross-checks can
 * still speak about the rest and every mistake is reported at once.
 */
export type Loose<T> = T extends readonly (infer U)[]
  ? readonly (Loose<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> | undefined }
    : T;
