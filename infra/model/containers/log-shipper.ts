import { hostName, volumeName } from "../names.ts";
import { httpHealth } from "./health.ts";
import { LOG_GATE_NAME } from "./log-gate.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, volume } from "./paths.ts";

/** The shipper's certificate on its node. */
export const SHIPPER_CERTS = "/etc/dsmil/certs/log-shipper";
/** Where engines keep their containers' files. */
const ENGINE = "/var/lib/docker/containers";

/**
 * The log shipper of a node: root without capabilities, which may read what is root's, as the engine's files and its own key
 * are. How far it read is on a volume.
 */
export function logShipperPart({ fleet, service, needs, common }: PartContext): ContainerPart {
  const gate = needs.find(({ image }) => image === "dsmil-log-gate");
  if (gate === undefined) throw new Error("the log shipper needs the log gate");
  const positions = volumeName(fleet.name, service.id, "positions");
  return {
    user: "0:0",
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      GATE_URL: `https://${hostName(LOG_GATE_NAME, fleet.domain)}:${gate.publish ?? gate.port}`,
      CERTS_DIR: "/etc/dsmil/certs",
      CONTAINERS_DIR: ENGINE,
      POSITIONS_DIR: "/positions",
    },
    mounts: [
      caFolder,
      folder(SHIPPER_CERTS, "/etc/dsmil/certs"),
      folder(ENGINE, ENGINE),
      volume(positions, "/positions"),
    ],
    tmpfs: {},
    health: httpHealth(service.port),
    stopSeconds: 10,
    volumes: [{ name: positions, node: service.node, driverOpts: {} }],
  };
}
