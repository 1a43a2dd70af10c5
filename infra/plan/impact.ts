import type { Action } from "./types.ts";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";

/** Measured on the lab: stop within its grace, start, first healthy answer. */
const RESTART_SECONDS: readonly [number, number] = [2, 15];
const NONE: readonly [number, number] = [0, 0];

/** Resources that hold what tenants stored, and what goes with them. */
const DATA: Readonly<Record<string, string>> = {
  "dsmil:index:RedisStreams": "streams with unread events",
  "dsmil:index:PostgresTenantSchema": "schema with archived events and audit log",
  "dsmil:index:QdrantTenantCollections": "collections with their vectors",
};

/** How long the users of a resource are without it. A replica of several is rolled behind the balancer: no downtime. */
export function downtime(action: Action, type: string, name: string): readonly [number, number] {
  if (type !== CONTAINER || action === "create" || action === "update") return NONE;
  if (action === "replace" && /-\d+$/.test(name)) return NONE;
  return action === "delete" ? NONE : RESTART_SECONDS;
}

/** What would be lost, in words. */
export function dataAtRisk(action: Action, type: string, name: string): string | undefined {
  if (action !== "delete" && action !== "replace") return undefined;
  if (type === VOLUME && !name.startsWith("dsmil-hotpath-")) return `volume ${name} with everything in it`;
  const held = DATA[type];
  return held && `${name}: ${held}`;
}
