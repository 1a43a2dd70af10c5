import type { Model } from "../model/types.ts";

/** Where Prometheus has its own certificate and the fleet's CA, as it sees them. */
export interface ClientFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Section `alerting` of prometheus.yml; undefined where the fleet has no alertmanager. */
export function prometheusAlerting(model: Pick<Model, "fleet" | "containers" | "nodes">, files: ClientFiles) {
  const container = model.containers.find(({ service }) => service === "alertmanager");
  if (container === undefined) return undefined;
  const server_name = `${container.service}.${model.fleet.domain}`;
  return {
    alertmanagers: [
      {
        scheme: "https",
        tls_config: { ca_file: files.ca, cert_file: files.cert, key_file: files.key, server_name },
        static_configs: [{ targets: [addressOf(model, container)] }],
      },
    ],
  };
}

/**
 * The address on the network that both are on: the engine lets no container in from another of its networks, not by the
 * node's address either.
 */
function addressOf({ nodes }: Pick<Model, "nodes">, { networks, publish, node }: Model["containers"][number]): string {
  const port = publish[0]?.internal ?? 9093;
  const fixed = networks.find(({ ipv4 }) => ipv4 !== undefined)?.ipv4;
  return fixed ? `${fixed}:${port}` : `${nodes.find(({ id }) => id === node)?.address}:${publish[0]?.external ?? port}`;
}
