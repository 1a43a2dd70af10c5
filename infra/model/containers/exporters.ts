import { hostName } from "../names.ts";
import type { Service } from "../types.ts";
import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { CA_FILE, caFolder, folder } from "./paths.ts";

/** Folder on the node with the password of an exporter's login. */
export const exporterFolder = (exporter: string): string => `/etc/dsmil/${exporter}`;
/** Where it is in the container. */
const SECRETS = "/run/dsmil/secrets";

/** Name and port by which the store is reached. */
export function storePlace(domain: string, stores: readonly Service[], id: string): string {
  const store = stores.find((service) => service.id === id);
  if (store === undefined) throw new Error(`an exporter of ${id} needs ${id}`);
  return `${hostName(id, domain)}:${store.publish ?? store.port}`;
}

/** Redis' statistics: INFO and what else names no key. */
export function redisExporterPart(context: PartContext): ContainerPart {
  const { fleet, service, needs } = context;
  return {
    ...exporterPart(context),
    command: [
      `-web.listen-address=0.0.0.0:${service.port}`,
      `-redis.addr=rediss://${storePlace(fleet.domain, needs, "redis")}`,
      "-redis.user=dsmil_metrics",
      `-redis.password-file=${SECRETS}/passwords.json`,
      `-tls-ca-cert-file=${CA_FILE}`,
      // What is configured is no figure, and asking for it is a right more.
      "-config-command=-",
      "-set-client-name=false",
      "-include-system-metrics",
      "-connection-timeout=5s",
    ],
  };
}

/** PostgreSQL's statistics views. */
export function postgresExporterPart(context: PartContext): ContainerPart {
  const { fleet, service, needs } = context;
  const place = storePlace(fleet.domain, needs, "postgres");
  const part = exporterPart(context);
  return {
    ...part,
    env: {
      ...part.env,
      DATA_SOURCE_URI: `${place}/${fleet.database}?sslmode=verify-full&sslrootcert=${CA_FILE}&connect_timeout=5`,
      DATA_SOURCE_USER: "dsmil_metrics_reader",
      DATA_SOURCE_PASS_FILE: `${SECRETS}/password`,
    },
    command: [`--web.listen-address=0.0.0.0:${service.port}`],
  };
}

function exporterPart({ service, common }: PartContext): ContainerPart {
  return {
    env: { NODE_ID: common.NODE_ID ?? "", SERVICE: service.id, GOMAXPROCS: "1" },
    mounts: [caFolder, folder(exporterFolder(service.id), SECRETS)],
    tmpfs: {},
    health: { kind: "tcp", port: service.port, argv: listening(service.port) },
    stopSeconds: 5,
    volumes: [],
  };
}
