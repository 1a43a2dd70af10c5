import { HAPROXY_HEALTH_PORT } from "../model/containers/haproxy.ts";
import type { Model } from "../model/types.ts";
import { containerOf } from "./container-of.ts";
import { renderTemplate } from "./template.ts";

/** Connections a MiB of the balancer's memory is worth: two buffers and a TLS session each, with room to spare. */
const CONNECTIONS_PER_MIB = 8;

/** Requests one server may have at once; the rest wait in the queue. */
const SERVER_CONNECTIONS = 256;

/** haproxy.cfg: TLS in front of the replicas of the one service the balancer needs. */
export function renderHaproxyConf(model: Pick<Model, "containers" | "services">): string {
  const proxy = containerOf(model, "haproxy");
  const service = model.services.find(({ id }) => id === "haproxy");
  const backend = model.services.find(({ id }) => id === service?.needs[0]);
  if (service === undefined || backend === undefined) throw new Error("haproxy needs no service that it could balance");
  const shared = proxy.networks.map(({ id }) => id);
  const servers = model.containers
    .filter((container) => container.service === backend.id)
    .map(({ name, networks }) => ({
      name,
      port: backend.port,
      address: networks.find(({ id, ipv4 }) => ipv4 !== undefined && shared.includes(id))?.ipv4,
    }));
  return renderTemplate("haproxy/haproxy.cfg", {
    port: service.port,
    healthPort: HAPROXY_HEALTH_PORT,
    maxConnections: proxy.memoryMiB * CONNECTIONS_PER_MIB,
    serverConnections: SERVER_CONNECTIONS,
    backend: backend.id,
    servers,
  });
}
