import { lanOf } from "../model/subnet.ts";
import type { Model } from "../model/types.ts";
import { containerOf } from "./container-of.ts";
import { renderTemplate } from "./template.ts";

/** pg_hba.conf: TLS and SCRAM from the nodes' LAN and the server's own engine networks, nothing else. */
export function renderPgHba(model: Pick<Model, "containers" | "fleet" | "networks" | "nodes">): string {
  const { node, networks } = containerOf(model, "postgres");
  const lans = model.nodes.map(({ address }) => lanOf(address));
  const own = networks.flatMap(({ id }) => model.networks.find((network) => network.id === id)?.subnets[node] ?? []);
  return renderTemplate("postgres/pg_hba.conf", {
    database: model.fleet.database,
    sources: [...new Set([...lans, ...own])],
  });
}
