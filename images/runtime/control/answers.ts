import { figure, listOf, objectOf, oneOf, type Schema, text, time, whole } from "./schema.ts";

/** What an error is told by (RFC 9457). */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export const PROBLEM: Schema = objectOf<ProblemAnswer>({
  type: text("Always about:blank: the status says it, the code says it closer", { format: "uri" }),
  title: text("The status in words"),
  status: whole("HTTP status", { minimum: 400, maximum: 599 }),
  code: text("What it is for programs, such as wrong_tenant"),
  detail: text("What it is for people"),
});

/** One container of the node. */
export interface ContainerAnswer {
  readonly name: string;
  readonly service: string;
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  readonly state: "running" | "stopped" | "missing";
  readonly health: "starting" | "healthy" | "unhealthy" | "none";
  readonly restarts?: number;
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly since?: string;
}

export const CONTAINER_STATES = ["running", "stopped", "missing"] as const;
const CONTAINER: Schema = objectOf<ContainerAnswer>(
  {
    name: text("Name on the engine"),
    service: text("Service of the manifest"),
    tenant: text("Tenant it serves alone; absent where it serves all"),
    layer: text("Layer, such as L3"),
    device: whole("Device it speaks for", { maximum: 103 }),
    state: oneOf(CONTAINER_STATES, "missing: of the manifest, and the engine has none"),
    health: oneOf(["starting", "healthy", "unhealthy", "none"], "What the engine's check says"),
    restarts: whole("Starts by the engine after the first"),
    memoryBytes: whole("Memory that cannot be given back at once"),
    memoryLimitBytes: whole("Most memory it may use"),
    since: time("When it was started last"),
  },
  ...(["tenant", "layer", "device", "restarts", "memoryBytes", "memoryLimitBytes", "since"] as const),
);

/** The machine. */
export interface NodeAnswer {
  readonly id: string;
  readonly time: string;
  readonly uptimeSeconds: number;
  readonly cpus: number;
  readonly load: readonly number[];
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskBytes?: number;
  readonly diskFreeBytes?: number;
}

const NODE: Schema = objectOf<NodeAnswer>(
  {
    id: text("Node of the manifest"),
    time: time("Its clock"),
    uptimeSeconds: whole("Since the machine started"),
    cpus: whole("Processors"),
    load: { type: "array", items: figure("Load"), minItems: 3, maxItems: 3, description: "Over 1, 5, 15 minutes" },
    memoryBytes: whole("Memory of the machine"),
    memoryAvailableBytes: whole("Memory that programs can have yet"),
    diskBytes: whole("Size of the engine's disk"),
    diskFreeBytes: whole("Room on it for whoever is not root"),
  },
  "diskBytes",
  "diskFreeBytes",
);

export interface StatusAnswer {
  readonly node: NodeAnswer;
  readonly containers: readonly ContainerAnswer[];
}

export const STATUS: Schema = objectOf<StatusAnswer>({ node: NODE, containers: listOf(CONTAINER, "By name") });

export interface DeviceAnswer {
  readonly id: number;
  readonly layer: string;
  readonly role: string;
  readonly node: string;
  readonly memoryMiB: number;
  readonly tokens: readonly string[];
  readonly containers: readonly ContainerAnswer[];
}

export const DEVICE: Schema = objectOf<DeviceAnswer>({
  id: whole("Device", { maximum: 103 }),
  layer: text("Layer it belongs to"),
  role: text("What it is for"),
  node: text("Node it is on"),
  memoryMiB: whole("Memory of the device as a whole"),
  tokens: listOf(text("Token"), "Its status, configuration and data token on the bus"),
  containers: listOf(CONTAINER, "Containers on this node that speak for it"),
});

export interface TenantAnswer {
  readonly id: string;
  readonly roeLevel: string;
  readonly actions: readonly string[];
  readonly compartments: readonly string[];
  readonly classification: string;
  readonly tools: readonly string[];
  readonly retention: { readonly hotSeconds: number; readonly socSeconds: number; readonly archiveDays: number };
  readonly limits: { readonly requestsPerMinute: number; readonly tokensPerDay: number };
  readonly containers: readonly ContainerAnswer[];
}

export const TENANT: Schema = objectOf<TenantAnswer>({
  id: text("Id, lower case"),
  roeLevel: text("Rules of engagement"),
  actions: listOf(text("Action"), "Actions that its rules may allow"),
  compartments: listOf(text("Compartment")),
  classification: text("Highest classification of its matters"),
  tools: listOf(text("Tool"), "Tools its agents may call"),
  retention: objectOf<TenantAnswer["retention"]>({
    hotSeconds: whole("Streams"),
    socSeconds: whole("SOC events in the hot path"),
    archiveDays: whole("Archive"),
  }),
  limits: objectOf<TenantAnswer["limits"]>({
    requestsPerMinute: whole("Requests to the API a minute"),
    tokensPerDay: whole("Tokens of language models a day"),
  }),
  containers: listOf(CONTAINER, "Its containers on this node"),
});

export interface TenantsAnswer {
  readonly tenants: readonly { readonly id: string; readonly roeLevel: string; readonly containers: number }[];
}

export const TENANTS: Schema = objectOf<TenantsAnswer>({
  tenants: listOf(
    objectOf<TenantsAnswer["tenants"][number]>({
      id: text("Id, lower case"),
      roeLevel: text("Rules of engagement"),
      containers: whole("Its containers on this node"),
    }),
    "Tenants that the operator sees",
  ),
});
