/** What a container's folder says about it: `{"container":"…","service":"…","device":52,"tenants":["ALPHA"]}`. */
export interface FolderIdentity {
  readonly container: string;
  readonly service: string;
  /** Device it speaks for, 1 to 103. */
  readonly device: number;
  /** Upper-case ids; `"*"` in the file means all that there are. */
  readonly tenants: ReadonlySet<string> | "*";
}

/** Name of the file in the folder. */
export const IDENTITY_FILE = "identity.json";
/** Largest identity file, bytes. */
export const MAX_IDENTITY_BYTES = 16 * 1024;

const CONTAINER = /^[a-z0-9][a-z0-9_.-]{0,127}$/;
const SERVICE = /^[a-z][a-z0-9-]{0,30}$/;
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const KEYS: ReadonlySet<string> = new Set(["container", "service", "device", "tenants"]);

/**
 * Reads the text of an identity.json.
 * @throws Error with what is wrong
 */
export function parseFolderIdentity(text: string): FolderIdentity {
  if (text.length > MAX_IDENTITY_BYTES)
    throw new Error(`identity.json is longer than ${MAX_IDENTITY_BYTES} characters`);
  const value = JSON.parse(text) as Record<string, unknown> | null;
  const { container, service, device, tenants } = value ?? {};
  const unknown = Object.keys(value ?? {}).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw new Error(`unknown key "${unknown.slice(0, 32)}"`);
  if (typeof container !== "string" || !CONTAINER.test(container)) throw new Error(`"container" is no container name`);
  if (typeof service !== "string" || !SERVICE.test(service)) throw new Error(`"service" is no service id`);
  if (!Number.isInteger(device) || (device as number) < 1 || (device as number) > 103) {
    throw new Error(`"device" is not a number from 1 to 103`);
  }
  return { container, service, device: device as number, tenants: parseTenants(tenants) };
}

function parseTenants(value: unknown): ReadonlySet<string> | "*" {
  if (value === "*") return "*";
  if (!Array.isArray(value) || value.length > 1000) throw new Error(`"tenants" is neither a list nor "*"`);
  for (const id of value) {
    if (typeof id !== "string" || !TENANT.test(id)) throw new Error(`"tenants" holds what is no upper-case tenant id`);
  }
  return new Set(value as string[]);
}
