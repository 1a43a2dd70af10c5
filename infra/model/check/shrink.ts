import type { Finding } from "../manifest-error.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Where each tenant has a SHRINK of its own, each has a port for it, and a network that keeps them apart. */
export const checkShrink: Check = (manifest) => {
  const deployed = manifest.services?.some((service) => service?.image === "dsmil-shrink");
  if (manifest.shrink?.mode !== "per_tenant" || !deployed) return [];
  const findings: Finding[] = [];
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    if ("shrink_port" in value) continue;
    const message = 'has no "shrink_port"; expected one, as shrink.mode is per_tenant';
    findings.push({ path: [...path], message });
  }
  if (!manifest.networks?.some((network) => network?.intercontainer === false)) {
    const message = "per_tenant wants a network without intercontainer; expected one, or mode tagged";
    findings.push({ path: ["shrink", "mode"], message });
  }
  return findings;
};
