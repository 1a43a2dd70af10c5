import { posix } from "node:path";
import { volumeName } from "../names.ts";
import { alertFiles } from "../resolve-alerts.ts";
import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder, scratch, volume } from "./paths.ts";

/** Configuration of the alertmanager on its node. */
export const ALERTMANAGER_FOLDER = "/etc/dsmil/alertmanager";
/** Its certificate and key there. */
export const ALERTMANAGER_CERTS = "/etc/dsmil/certs/alertmanager";
/** Where it sees the operator's files: tokens and authorities of receivers. */
export const ALERT_ACCESS = "/run/dsmil/alert-access";

/** Alertmanager of Debian: silences and what was sent are on a volume of its own. It has no client with a certificate to ask itself by. */
export function alertmanagerPart({ fleet, service, alerts, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  const [file] = alertFiles(alerts);
  const address = fleet.domain;
  return {
    env: { NODE_ID: common.NODE_ID ?? "", SERVICE: service.id },
    command: [`--web.external-url=https://${service.id}.${address}:${service.publish ?? service.port}`],
    mounts: [
      folder(ALERTMANAGER_FOLDER, "/etc/alertmanager"),
      folder(ALERTMANAGER_CERTS, "/etc/dsmil/certs"),
      ...(file === undefined ? [] : [folder(posix.dirname(file), ALERT_ACCESS)]),
      volume(data, "/alertmanager"),
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: { kind: "tcp", port: service.port, argv: listening(service.port) },
    stopSeconds: 15,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
