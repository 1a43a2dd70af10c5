import type { Finding, ManifestPath } from "../manifest-error.ts";
import { nearest } from "../nearest.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

const DIGEST = /^[0-9a-f]{64}$/;

/** The bus has what its transport takes, a port of its own, and names nodes and people that are there. */
export const checkDbe: Check = (manifest) => {
  const findings: Finding[] = [];
  const services = entries("services", manifest.services);
  const images = new Map(services.map(({ path, value }) => [value.image, path]));
  const gateway = images.get("dsmil-dbe-gateway");
  const sidecar = images.get("dsmil-dbe-quic");
  if (gateway && !sidecar && manifest.dbe?.transport === "quic") {
    const message = "transport quic needs its sidecar; expected a service of image dsmil-dbe-quic, or transport tls";
    findings.push({ path: ["dbe", "transport"], message });
  }
  if (sidecar && !gateway) {
    const message = "serves the gateway alone; expected a service of image dsmil-dbe-gateway too";
    findings.push({ path: [...sidecar, "image"], message });
  }
  for (const { path, value } of services) {
    if (value.publish === undefined || value.publish !== manifest.dbe?.port) continue;
    const message = `port ${value.publish} is that of the bus on every node; expected another one here, or as dbe.port`;
    findings.push({ path: [...path, "publish"], message });
  }
  const nodes = entries("nodes", manifest.nodes).flatMap(({ value }) => (value.id === undefined ? [] : [value.id]));
  for (const [i, entry] of (manifest.dbe?.revoked ?? []).entries()) {
    if (entry === undefined || DIGEST.test(entry) || nodes.includes(entry)) continue;
    const message = `there is no node "${entry}"; expected the id of a node or the SHA-256 digest of a node's key`;
    findings.push({ path: ["dbe", "revoked", i], message, suggestion: nearest(entry, nodes) });
  }
  for (const { path, value } of entries("tenants", manifest.tenants))
    findings.push(...officersOf(path, value.officers));
  return findings;
};

type Officers = readonly ({ readonly public_key?: string | undefined } | undefined)[];

/** A key listed twice would let one person count as two. */
function officersOf(path: ManifestPath, officers: Officers = []): Finding[] {
  const seen = new Set<string>();
  return officers.flatMap((officer, i) => {
    const key = officer?.public_key;
    if (key === undefined) return [];
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = "this key is another officer's already; expected a key of this person's own";
    return [{ path: [...path, "officers", i, "public_key"], message }];
  });
}
