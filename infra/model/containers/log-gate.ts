import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, scratch } from "./paths.ts";

/** The gate goes by Loki's name: it is all that anybody sees of it. */
export const LOG_GATE_NAME = "loki";
/** On its node: certificate; digests of tenants' tokens, a folder each; digest of the operator's. */
export const GATE_CERTS = "/etc/dsmil/certs/log-gate";
export const GATE_TENANTS = "/etc/dsmil/log-gate/tenants";
export const GATE_OPERATOR = "/etc/dsmil/log-gate/operator";
/** Port of health and metrics; the API has the service's own. */
const HTTP_PORT = 8080;

/** The gate before Loki, which it alone reaches. */
export function logGatePart({ fleet, service, needs, peers, nodes, common }: PartContext): ContainerPart {
  const loki = needs.find(({ image }) => image === "dsmil-loki");
  const address = loki && peers[loki.id]?.[0];
  if (loki === undefined || address === undefined) throw new Error("the log gate needs Loki, on a network with it");
  return {
    env: {
      ...common,
      HTTP_PORT: String(HTTP_PORT),
      GATE_PORT: String(service.port),
      LOKI_URL: `http://${address}:${loki.port}`,
      NODES: nodes.join(","),
      DOMAIN: fleet.domain,
      CERTS_DIR: "/etc/dsmil/certs",
      TENANTS_DIR: "/run/dsmil/tenants",
      OPERATOR_FILE: "/run/dsmil/operator/token_sha256",
    },
    mounts: [
      caFolder,
      folder(GATE_CERTS, "/etc/dsmil/certs"),
      folder(GATE_TENANTS, "/run/dsmil/tenants"),
      folder(GATE_OPERATOR, "/run/dsmil/operator"),
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(HTTP_PORT),
    stopSeconds: 15,
    volumes: [],
  };
}
