import type { MonitorIdentity } from "../types.ts";
import type { Pair } from "./pair.ts";

/** What a tenant has that might open a door: nothing, its API key, the certificates of its own servers. */
export function strangers({ services }: Pair["model"], { id, apiKeys, ingestPort, shrinkPort }: Pair["attacker"]) {
  const all: { readonly as: MonitorIdentity; readonly credential: string }[] = [
    { as: "none", credential: "no certificate" },
  ];
  const [key] = apiKeys;
  if (key !== undefined) all.push({ as: { tenant: id, key }, credential: `${id}'s API key` });
  if (ingestPort !== undefined && services.some((s) => s.id === "l3-router")) {
    all.push({ as: { certificate: `ingest_${id}` }, credential: `the certificate of ${id}'s ingest` });
  }
  if (shrinkPort !== undefined) {
    all.push({ as: { certificate: `shrink_${id}` }, credential: `the certificate of ${id}'s SHRINK` });
  }
  return all;
}
