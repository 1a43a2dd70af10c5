import type { Model } from "../../model/types.ts";

/** A server that Grafana reads from, over TLS. */
export interface Source {
  /** `https://172.20.0.10:9090` */
  readonly url: string;
  /** Name that its certificate carries. */
  readonly serverName: string;
  /** How it knows Grafana: by its client certificate (default), or by an Authorization header, which a file holds. */
  readonly by?: "certificate" | "header";
}

/** What a Grafana reads; what is absent gets no datasource. */
export interface Sources {
  readonly prometheus?: Source;
  readonly loki?: Source;
}

/** The fleet's own Prometheus, and Loki as far as the manifest has it: what the operators' Grafana reads. */
export function fleetSources(model: Model): Sources {
  const prometheus = published(model, "prometheus");
  const loki = published(model, "log-gate", "loki");
  return { ...(prometheus && { prometheus }), ...(loki && { loki: { ...loki, by: "header" } }) };
}

/**
 * What a tenant's Grafana reads: the gate, which knows the tenant by the client certificate and adds it to every query.
 * @param gate address below which `/prometheus` and `/loki` are
 */
export function gatedSources(gate: URL): Required<Sources> {
  const base = gate.href.replace(/\/$/, "");
  const serverName = gate.hostname;
  return {
    prometheus: { url: `${base}/prometheus`, serverName },
    loki: { url: `${base}/loki`, serverName },
  };
}

function published({ services, nodes, fleet }: Model, id: string, name = id): Source | undefined {
  const service = services.find((one) => one.id === id);
  const node = nodes.find((one) => one.id === service?.node);
  if (service?.publish === undefined || node === undefined) return undefined;
  return { url: `https://${node.address}:${service.publish}`, serverName: `${name}.${fleet.domain}` };
}
