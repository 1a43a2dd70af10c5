import { hostName } from "../model/names.ts";
import type { Model } from "../model/types.ts";
import { alertmanagerAddress } from "./alertmanager-address.ts";
import { containerOf } from "./container-of.ts";
import { renderTemplate } from "./template.ts";

/**
 * prometheus.yml: asks each node's agent which containers it has and what they say. It names nodes and no container, so
 * that a tenant that comes changes nothing here. Alerts go to the service `alertmanager`, where the manifest has one.
 */
export function renderPrometheusConf(model: Pick<Model, "containers" | "fleet" | "nodes" | "services">): string {
  const { domain, name } = model.fleet;
  const container = containerOf(model, "prometheus");
  const service = model.services.find(({ id }) => id === "prometheus");
  const agents = model.services.filter(({ id }) => id === "node-agent");
  const nodes = model.nodes.flatMap(({ id, hostname }) => {
    const agent = agents.find(({ node }) => node === id);
    return agent === undefined ? [] : [{ id, host: hostname, port: agent.port }];
  });
  return renderTemplate("prometheus/prometheus.yml", {
    fleet: name,
    nodes,
    alertmanager: alertmanagerAddress(model),
    server: hostName("prometheus", domain),
    serverPort: service?.port ?? 0,
    serverNode: container.node,
    container: container.name,
  });
}

/** web.yml: who may ask Prometheus. */
export const renderPrometheusWeb = (): string => renderTemplate("prometheus/web.yml", {});
