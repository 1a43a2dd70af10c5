import { isIPv4 } from "node:net";
import { type JsonObject, jsonObject } from "../json-object.ts";

/** A container of the fleet as the engine's file tells of it. */
export interface EngineContainer {
  /** The engine's id, 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Tenant's id; absent where it serves all. */
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  readonly running: boolean;
  /** What the engine's own check says; absent where there is none. */
  readonly health?: "starting" | "healthy" | "unhealthy";
  readonly restarts: number;
  readonly oomKilled: boolean;
  /** Seconds since 1970; 0 while it never ran. */
  readonly startedAt: number;
  /** Where the node reaches it: its address, or loopback where it shares the node's network; absent without either. */
  readonly address?: string;
}

const ID = /^[0-9a-f]{64}$/;
const NAME = /^\/[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;
const WORD = /^[a-z][a-z0-9-]{0,30}$/;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
/** Addresses that no container on a network of an engine has. */
const NO_CONTAINER = /^(?:0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\./;
const HEALTH: ReadonlySet<unknown> = new Set(["starting", "healthy", "unhealthy"]);

/**
 * Understands an engine's `config.v2.json`; undefined for what is no container of this fleet's on this node, as its labels
 * say. Nothing of the file is taken without a look: what has another shape counts as missing.
 */
export function engineContainer(text: string, node: string): EngineContainer | undefined {
  const file = jsonObject(text);
  if (file === undefined) return undefined;
  const labels = object(object(file.Config).Labels);
  const { ID: id, Name: name } = file;
  const service = labels["dsmil.service"];
  if (labels["dsmil.node"] !== node || !isText(service, WORD) || !isText(id, ID) || !isText(name, NAME)) {
    return undefined;
  }
  const state = object(file.State);
  const health = object(state.Health).Status;
  const address = addressOf(object(object(file.NetworkSettings).Networks));
  return {
    id,
    name: name.slice(1),
    service,
    ...ownerOf(labels),
    running: state.Running === true && state.Paused !== true,
    ...(HEALTH.has(health) && { health: health as "healthy" }),
    restarts: count(file.RestartCount),
    oomKilled: state.OOMKilled === true,
    startedAt: seconds(state.StartedAt),
    ...(address !== undefined && { address }),
  };
}

function ownerOf(labels: JsonObject): Pick<EngineContainer, "tenant" | "layer" | "device"> {
  const { "dsmil.tenant": tenant, "dsmil.layer": layer, "dsmil.device": device } = labels;
  return {
    ...(isText(tenant, TENANT) && tenant !== "shared" && { tenant }),
    ...(isText(layer, /^L[0-9]$/) && { layer }),
    ...(isText(device, /^[0-9]{1,3}$/) && { device: Number(device) }),
  };
}

function addressOf(networks: JsonObject): string | undefined {
  if ("host" in networks) return "127.0.0.1";
  for (const network of Object.values(networks)) {
    const { IPAddress: address } = object(network);
    if (typeof address === "string" && isIPv4(address) && !NO_CONTAINER.test(address)) return address;
  }
  return undefined;
}

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === "string" && pattern.test(value);

const object = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const count = (value: unknown): number => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0);

/** The engine writes year 1 for never. */
function seconds(value: unknown): number {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return time > 0 ? time / 1000 : 0;
}
