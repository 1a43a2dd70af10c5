import type { Finding, ManifestPath } from "../manifest-error.ts";
import { formatPath } from "../manifest-error.ts";
import { profileOf } from "../profiles.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";
import { nodeOf } from "./placement.ts";

/** Ids, node addresses and published ports are each given out once. */
export const checkDuplicates: Check = (manifest) => {
  const findings: Finding[] = [];
  const seen = new Map<string, ManifestPath>();
  const once = (space: string, key: string | number | undefined, path: ManifestPath, what: string): void => {
    if (key === undefined) return;
    const first = seen.get(`${space} ${key}`);
    if (first === undefined) seen.set(`${space} ${key}`, path);
    else findings.push({ path, message: `${what} is taken by ${formatPath(first)}; expected one that is free` });
  };
  for (const section of ["nodes", "networks", "layers", "devices", "services", "tenants"] as const) {
    for (const { path, value } of entries<{ readonly id?: string | number | undefined }>(section, manifest[section])) {
      once(section, value.id, [...path, "id"], `the id ${JSON.stringify(value.id)}`);
    }
  }
  for (const { path, value } of entries("nodes", manifest.nodes)) {
    once("address", value.address, [...path, "address"], `the address ${value.address}`);
  }
  for (const { path, value } of entries("services", manifest.services)) {
    const node = nodeOf(manifest, value);
    if (node === undefined || value.publish === undefined) continue;
    once(`port ${node}`, value.publish, [...path, "publish"], `port ${value.publish} of ${node}`);
  }
  for (const { path, value } of entries("services", manifest.services)) {
    if (value.image === undefined || !profileOf(value.image).hostNetwork) continue;
    for (const { id } of manifest.nodes?.flatMap((one) => one ?? []) ?? []) {
      if (id !== undefined) once(`port ${id}`, value.port, [...path, "port"], `port ${value.port} of ${id}`);
    }
  }
  for (const [service, port] of [
    ["l3-router", "ingest_port"],
    ["shrink", "shrink_port"],
  ] as const) {
    const found = manifest.services?.find((one) => one?.id === service);
    const node = found && nodeOf(manifest, found);
    for (const { path, value } of node === undefined ? [] : entries("tenants", manifest.tenants)) {
      once(`port ${node}`, value[port], [...path, port], `port ${value[port]} of ${node}`);
    }
  }
  return findings;
};
