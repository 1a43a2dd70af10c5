/**
 * The resolved model: plain, frozen data. `resolve()` derives everything once from a checked manifest; nothing
 * downstream computes a name, a port or a limit again. Nothing here knows about Pulumi.
 */

import type { Alerts } from "./alert-types.ts";
import type { Tenant } from "./tenant-types.ts";

export type * from "./alert-types.ts";
export type * from "./tenant-types.ts";

/** Facts that hold for the whole fleet. */
export interface Fleet {
  /** Prefix of every container, network and volume name: `dsmil`. */
  readonly name: string;
  /** DNS suffix of nodes and stores: `dsmil.local`. */
  readonly domain: string;
  /** Release of our own images, the visible half of a tag: `v5.0`. */
  readonly version: string;
  /** `lab` builds every image from Debian packages; `vendor` pulls data-service images by digest. */
  readonly imageSource: "lab" | "vendor";
  /** Docker log driver of all containers. */
  readonly logDriver: "json-file" | "journald";
  /** Postgres database that holds the tenant schemas. */
  readonly database: string;
  /** LOG_LEVEL of every program: `INFO`. */
  readonly logLevel: string;
}

/** How a node keeps its private key (docs/pqc.md). */
export type NodeKey =
  | { readonly kind: "file" }
  | {
      readonly kind: "tpm2";
      /** `/dev/tpmrm0`, or the socket of a software TPM. */
      readonly device: string;
      /** Registers that must be as they were when the key was made: `sha256:0,7`. */
      readonly pcrs: string;
    }
  | {
      readonly kind: "transit";
      /** `https://vault.example:8200`, as seen from the node. */
      readonly address: string;
      readonly mount: string;
      /** Name of the transit key, one a node. */
      readonly key: string;
      /** Files on the node, which the operator lays there: the token (0400) and the server's authority (PEM). */
      readonly tokenFile: string;
      readonly caFile: string;
    };

/** One machine. */
export interface Node {
  readonly id: string;
  readonly role: "data" | "soc" | "ai";
  /** Address on the fleet's LAN; published ports are bound to it. */
  readonly address: string;
  /** `node-a.dsmil.local` */
  readonly hostname: string;
  /** Memory that containers of this node may claim in sum, MiB. */
  readonly memoryMiB: number;
  readonly key: NodeKey;
}

/** An engine network; every node has its own subnet of it. */
export interface Network {
  readonly id: "dsmil_net" | "metrics_net" | "public_api_net" | (string & {});
  /** Whether containers on it may talk to each other (ICC); tenant services share a network where they may not. */
  readonly intercontainer: boolean;
  /** Node id → subnet in CIDR form. */
  readonly subnets: Readonly<Record<string, string>>;
}

export interface Layer {
  readonly id: string;
  readonly name: string;
  readonly slo: { readonly p99Ms?: number; readonly eventsPerSecond?: number; readonly availabilityPercent: number };
}

export interface Device {
  readonly id: number;
  readonly layer: string;
  readonly role: string;
  readonly node: string;
  /** Memory of the device as a whole, MiB. */
  readonly memoryMiB: number;
  /** Memory limit of one container that serves this device, MiB. */
  readonly containerMemoryMiB: number;
  /** CPU limit of one container, cores. */
  readonly cpus: number;
  /** 0x8000 + 3 × id */
  readonly tokenIdBase: number;
}

/** The bus between the nodes. */
export interface Dbe {
  readonly transport: "quic" | "tls";
  /** Port of every gateway on its node's address. */
  readonly port: number;
  /** When session keys are made anew, whichever comes first. */
  readonly rotation: { readonly seconds: number; readonly messages: number };
  /** Node ids and hex SHA-256 digests of node keys that no gateway talks to any more. */
  readonly revoked: readonly string[];
}

/** Loki, where log lines are kept beside the engines' own files. */
export interface Logs {
  /** Whether it is deployed, with what ships lines to it. */
  readonly loki: boolean;
  /** Hours that lines of no tenant are kept. */
  readonly retentionHours: number;
}

/** A person or program that may ask the control API. */
export interface FleetOperator {
  readonly name: string;
  readonly role: "viewer" | "analyst" | "operator" | "admin";
  readonly tenants: "all" | readonly string[];
  readonly revoked: boolean;
}

export interface Service {
  readonly id: string;
  /** Name in the image catalogue: `dsmil-l3-router`. */
  readonly image: string;
  /** Content tag the manifest pins, to stay on or go back to an earlier image; absent: the tag of the sources at hand. */
  readonly imageTag?: string;
  /** Name of the language model that a worker loads; absent: l7-tiny. */
  readonly languageModel?: string;
  /**
   * store: keeps data; balancer: passes requests on to what it needs; program: serves a device; bus: joins the nodes;
   * monitor: watches all of them.
   */
  readonly kind: "store" | "balancer" | "program" | "bus" | "monitor";
  /** A service of scope `node` stands in the model once for each node. */
  readonly scope: "tenant" | "shared" | "node";
  readonly node: string;
  readonly replicas: number;
  /** Device this service speaks for; data services have none. */
  readonly device?: number;
  readonly layer?: string;
  /** Memory limit of one container, MiB. */
  readonly memoryMiB: number;
  /** CPU limit of one container, cores. */
  readonly cpus: number;
  /** Port it listens on inside the container; a program answers /healthz, /health and /metrics there. */
  readonly port: number;
  /** Port on the node's address; absent where it is not published. */
  readonly publish?: number;
  /** Networks of its containers. */
  readonly networks: readonly string[];
  /** Services that are deployed before it, and whose addresses it gets. */
  readonly needs: readonly string[];
}

/** A host folder or a named volume, as a container sees it. */
export interface Mount {
  readonly type: "bind" | "volume";
  /** Absolute host path, or volume name. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface PublishedPort {
  /** Port inside the container. */
  readonly internal: number;
  /** Port on the node's address. */
  readonly external: number;
  readonly protocol: "tcp" | "udp";
}

/** How to ask one container for its health: an HTTP(S) path, that the port accepts a connection, or a command in it. */
export interface HealthProbe {
  readonly kind: "http" | "https" | "tcp" | "exec";
  readonly port: number;
  /** For http and https. */
  readonly path?: string;
  /** Argument vector of the engine's own health check, run inside the container. */
  readonly argv: readonly string[];
}

/** One physical container, wholly resolved except for the image's content tag and secrets. */
export interface Container {
  /** Physical name: `dsmil-l3-router-alpha`, `dsmil-redis`, `dsmil-l7-router-1`. */
  readonly name: string;
  readonly service: string;
  readonly image: string;
  readonly node: string;
  /** Tenant id; absent for shared and data services. */
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  readonly replica?: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Present where it has no network of its own: it shares the node's, has no published ports and no address. */
  readonly networkMode?: "host";
  /** Network ids, with a fixed address where one is needed. */
  readonly networks: readonly { readonly id: string; readonly ipv4?: string }[];
  readonly publish: readonly PublishedPort[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Path → mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** Devices of the node that it may use. */
  readonly devices: readonly string[];
  /** `uid:gid` that it runs as. */
  readonly user: string;
  /** Arguments after the image's entry point; empty for its own. */
  readonly command: readonly string[];
  readonly logTag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: HealthProbe;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopSeconds: number;
  /** Names of the models it loads from the node; absent where it has none. */
  readonly models?: readonly string[];
}

/** A named volume on a node. */
export interface Volume {
  readonly name: string;
  readonly node: string;
  readonly tenant?: string;
  /** Volume driver options; a tmpfs has `type: tmpfs`. */
  readonly driverOpts: Readonly<Record<string, string>>;
}

/** A host name every container can resolve. */
export interface HostEntry {
  readonly host: string;
  readonly ip: string;
}

export interface Model {
  readonly fleet: Fleet;
  readonly nodes: readonly Node[];
  readonly networks: readonly Network[];
  readonly layers: readonly Layer[];
  readonly devices: readonly Device[];
  readonly services: readonly Service[];
  readonly dbe: Dbe;
  readonly operators: readonly FleetOperator[];
  readonly alerts: Alerts;
  readonly logs: Logs;
  readonly tenants: readonly Tenant[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly hosts: readonly HostEntry[];
}
