import type { TenantAnswer } from "../../runtime/control/answers.ts";
import { type JsonObject, jsonObject } from "../../runtime/json-object.ts";

/** A container that the manifest has on this node. */
export interface PlannedContainer {
  readonly name: string;
  readonly service: string;
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  readonly memoryMiB: number;
  /** Port of its /health; absent where it has none. */
  readonly healthPort?: number;
}

export interface PlannedDevice {
  readonly id: number;
  readonly layer: string;
  readonly role: string;
  readonly node: string;
  readonly memoryMiB: number;
  readonly tokens: readonly string[];
}

/** What a tenant's block in the manifest says. */
export type PlannedTenant = Omit<TenantAnswer, "containers">;

/** A summary.json: of a tenant, or of what is everybody's, which has the devices. */
export interface Summary {
  readonly tenant?: PlannedTenant;
  readonly devices: readonly PlannedDevice[];
  readonly containers: readonly PlannedContainer[];
}

/** Largest summary.json, bytes. */
export const MAX_SUMMARY_FILE = 256 * 1024;

/**
 * Understands a summary.json, which the deployment wrote for this program: its outline is looked at.
 * @param folder upper-case tenant, or `SHARED`
 * @throws Error naming what is wrong
 */
export function parseSummary(content: string, folder: string): Summary {
  const file = jsonObject(content);
  if (file === undefined) throw new Error("is no JSON object");
  const { tenant, devices, containers } = file;
  if (!isList(devices, ["layer", "role", "node"])) throw new Error('"devices" is no list of devices');
  if (!isList(containers, ["name", "service"])) throw new Error('"containers" is no list of containers');
  const id = isObject(tenant) ? tenant.id : undefined;
  if (String(id ?? "shared").toUpperCase() !== folder) throw new Error("is of another tenant than its folder");
  return file as unknown as Summary;
}

const isList = (value: unknown, keys: readonly string[]): boolean =>
  Array.isArray(value) && value.length <= 1024 && value.every((one) => hasTexts(one, keys));

const hasTexts = (value: unknown, keys: readonly string[]): boolean =>
  isObject(value) && keys.every((key) => typeof value[key] === "string");

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null;
