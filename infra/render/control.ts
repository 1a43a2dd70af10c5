import { createPublicKey, hash } from "node:crypto";
import { tokenText } from "../model/names.ts";
import type { Container, FleetOperator, Model } from "../model/types.ts";

/** Programs in their node's network, whose health is asked there. */
const HOSTED: ReadonlySet<string> = new Set(["dsmil-node-agent", "dsmil-control-api"]);

type Parts = Pick<Model, "containers" | "services" | "tenants" | "devices">;

/**
 * summary.json of a node's control API: what the manifest says of a tenant, which its block alone decides, or without one
 * of what serves all.
 */
export function renderSummary(model: Parts, node: string, tenant: string | undefined): string {
  const containers = model.containers
    .filter((container) => container.node === node && container.tenant === tenant)
    .map((container) => containerOf(model, container));
  const found = model.tenants.find(({ id }) => id === tenant);
  const devices = tenant === undefined ? model.devices.map(deviceOf) : [];
  return `${JSON.stringify({ ...(found && { tenant: tenantOf(found) }), devices, containers }, null, 2)}\n`;
}

function containerOf({ services }: Pick<Model, "services">, container: Container) {
  const { name, service, tenant, layer, device, memoryMiB, image, health } = container;
  const kind = services.find(({ id }) => id === service)?.kind;
  const ours = HOSTED.has(image) || (health.kind === "http" && (kind === "program" || kind === "bus"));
  return { name, service, tenant, layer, device, memoryMiB, ...(ours && { healthPort: health.port }) };
}

function deviceOf({ id, layer, role, node, memoryMiB, tokenIdBase }: Model["devices"][number]) {
  const tokens = [0, 1, 2].map((offset) => tokenText(tokenIdBase + offset));
  return { id, layer, role, node, memoryMiB, tokens };
}

function tenantOf(tenant: Model["tenants"][number]) {
  const { id, roeLevel, actions, compartments, classification, tools, limits } = tenant;
  const { retentionHotSeconds, retentionSocSeconds, retentionArchiveDays: archiveDays } = tenant;
  const retention = { hotSeconds: retentionHotSeconds, socSeconds: retentionSocSeconds, archiveDays };
  const { requestsPerMinute, tokensPerDay } = limits;
  return {
    ...{ id, roeLevel, actions, compartments, classification, tools },
    ...{ retention, limits: { requestsPerMinute, tokensPerDay } },
  };
}

/** operators.json: each known by the SHA-256 of its public key, which stays when the certificate is renewed. */
export function renderOperators(
  operators: readonly FleetOperator[],
  publicKeys: Readonly<Record<string, string>>,
): string {
  const known = operators.flatMap(({ name, role, tenants, revoked }) => {
    const pem = publicKeys[name];
    if (pem === undefined) return [];
    const spki = createPublicKey(pem).export({ type: "spki", format: "der" });
    return [{ name, role, tenants, key: hash("sha256", spki, "hex"), revoked }];
  });
  return `${JSON.stringify({ operators: known }, null, 2)}\n`;
}
