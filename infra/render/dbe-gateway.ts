import type { Container, Model, Node, Tenant } from "../model/types.ts";
import { renderedOfficers } from "./officers.ts";

/** gateway.json of a node: who the peers are, where devices live, when keys are made anew. */
export function renderGateway({ fleet, nodes, devices, dbe }: Model, node: Node, rootPublicKey: string): string {
  return json({
    node: node.id,
    domain: fleet.domain,
    transport: dbe.transport,
    root: rootPublicKey,
    rotation: dbe.rotation,
    peers: nodes.filter(({ id }) => id !== node.id).map(({ id, address }) => ({ node: id, address, port: dbe.port })),
    devices: Object.fromEntries(devices.filter(({ id }) => id > 0).map(({ id, node: home }) => [String(id), home])),
    revoked: dbe.revoked,
  });
}

/**
 * What the gateways enforce for a tenant. Only devices that a service speaks for may speak for it.
 * @param certificate of the tenant's signing key, by the fleet's root
 */
export function renderTenantPolicy({ services }: Model, tenant: Tenant, certificate: string): string {
  const { prefix, roeLevel, compartments, classification } = tenant;
  const officers = renderedOfficers(tenant.officers);
  const speaking = services.flatMap(({ device, node }) => (device === undefined ? [] : [[String(device), node]]));
  const devices = Object.fromEntries(speaking);
  return json({ tenant: prefix, roe_level: roeLevel, compartments, classification, devices, officers, certificate });
}

/** identity.json of a container's folder: the device and the tenants that whoever uses the folder speaks for. */
export function renderFolderIdentity({ name, service, device, tenant }: Container): string {
  return json({ container: name, service, device, tenants: tenant === undefined ? "*" : [tenant.toUpperCase()] });
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
