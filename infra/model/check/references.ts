import type { Finding, ManifestPath } from "../manifest-error.ts";
import { nearest } from "../nearest.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Every name that points at something points at something that is there. */
export const checkReferences: Check = (manifest) => {
  const ids = (
    section: string,
    list: readonly ({ readonly id?: string | number | undefined } | undefined)[] | undefined,
  ) => ({
    section,
    names: entries(section, list).flatMap(({ value }) => (value.id === undefined ? [] : [String(value.id)])),
  });
  const nodes = ids("nodes", manifest.nodes);
  const layers = ids("layers", manifest.layers);
  const networks = ids("networks", manifest.networks);
  const devices = ids("devices", manifest.devices);
  const services = ids("services", manifest.services);

  const findings: Finding[] = [];
  const expect = (
    path: ManifestPath,
    name: string | number | undefined,
    known: { section: string; names: string[] },
  ): void => {
    if (name === undefined || known.names.includes(String(name))) return;
    const kind = known.section.slice(0, -1);
    const quoted = typeof name === "number" ? String(name) : `"${name}"`;
    const message = `there is no ${kind} ${quoted}; expected an id from ${known.section}`;
    findings.push({ path, message, suggestion: nearest(String(name), known.names) });
  };
  for (const { path, value } of entries("devices", manifest.devices)) {
    expect([...path, "layer"], value.layer, layers);
    expect([...path, "node"], value.node, nodes);
  }
  for (const { path, value } of entries("services", manifest.services)) {
    expect([...path, "device"], value.device, devices);
    expect([...path, "layer"], value.layer, layers);
    expect([...path, "node"], value.node, nodes);
    for (const [i, network] of (value.networks ?? []).entries()) expect([...path, "networks", i], network, networks);
    for (const [i, need] of (value.needs ?? []).entries()) expect([...path, "needs", i], need, services);
  }
  return findings;
};
