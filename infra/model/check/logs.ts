import type { Loose, Manifest, ManifestService } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

const SHIPPER = "dsmil-log-shipper";
const GATE = "dsmil-log-gate";
const LOKI = "dsmil-loki";

/** Loki is reached by its gate alone, and what `logs.loki` switches on is there. */
export const checkLogs: Check = (manifest) => [
  ...(manifest.logs?.loki === true ? whole(manifest) : []),
  ...apart(manifest),
];

/** All of it, on nodes whose engines write files. */
function whole(manifest: Loose<Manifest>): Finding[] {
  const path = ["logs", "loki"];
  const findings: Finding[] = [SHIPPER, GATE, LOKI]
    .filter((image) => !manifest.services?.some((service) => service?.image === image))
    .map((image) => ({ path, message: `no service is of image ${image}; expected one, or loki: false` }));
  for (const { path: at, value } of entries("services", manifest.services)) {
    const gate = manifest.services?.find((service) => service?.image === GATE)?.id;
    if (value.image !== SHIPPER || gate === undefined || value.needs?.includes(gate)) continue;
    findings.push({ path: [...at], message: `expected needs: [${gate}], where it sends lines` });
  }
  if (manifest.fleet?.logging === "journald") {
    const message =
      "lines are read from the engine's files, which fleet.logging: journald has none of; expected json-file";
    findings.push({ path: ["fleet", "logging"], message });
  }
  return findings;
}

/** Loki trusts whoever reaches it: it is published nowhere and shares its networks with the gate alone. */
function apart(manifest: Loose<Manifest>): Finding[] {
  const services = entries("services", manifest.services);
  const loki = services.find(({ value }) => value.image === LOKI);
  const gate = services.find(({ value }) => value.image === GATE);
  if (loki === undefined) return [];
  const findings: Finding[] = [];
  if (loki.value.publish !== undefined) {
    const message = "whoever reaches Loki reads all tenants' lines; expected no publish, and the gate's";
    findings.push({ path: [...loki.path, "publish"], message });
  }
  const others = services.filter(({ value }) => value.image !== LOKI && value.image !== GATE);
  for (const [item, id] of (loki.value.networks ?? []).entries()) {
    const beside = others.find(({ value }) => isOn(value, id));
    if (beside === undefined || id === undefined) continue;
    const message = `${beside.value.id} is on "${id}", too; expected a network of Loki's and its gate's alone`;
    findings.push({ path: [...loki.path, "networks", item], message });
  }
  if (gate === undefined) return findings;
  if (!("publish" in gate.value)) {
    findings.push({
      path: [...gate.path],
      message: 'has no "publish"; expected the port where the nodes\' shippers reach it',
    });
  }
  const joint = manifest.networks?.some(
    (net) => net?.intercontainer === true && isOn(gate.value, net.id) && isOn(loki.value, net.id),
  );
  if (!joint || !gate.value.needs?.includes(loki.value.id)) {
    const message = `expected needs: [${loki.value.id ?? "loki"}], and a network with intercontainer that both are on`;
    findings.push({ path: [...gate.path], message });
  }
  return findings;
}

const isOn = ({ networks }: Loose<ManifestService>, id: string | undefined): boolean =>
  id !== undefined && (networks ?? []).includes(id);
