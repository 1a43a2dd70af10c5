import type * as pulumi from "@pulumi/pulumi";
import { ALERTMANAGER_CERTS, ALERTMANAGER_FOLDER } from "../model/containers/alertmanager.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderAlertmanagerConf, renderAlertmanagerWeb } from "../render/alertmanager-conf.ts";
import { containerOf } from "../render/container-of.ts";
import type { MonitoringArgs } from "./monitoring.ts";
import { SERVICE_UID } from "./service-container.ts";

/**
 * What the alertmanager waits for: its configuration, which it takes anew without a restart, and its certificate, which
 * it reads at each connection.
 */
export function alertmanagerFiles(
  { model, node, access, certificate }: MonitoringArgs,
  parent: pulumi.Resource,
): NodeFiles[] {
  const plan = containerOf(model, "alertmanager");
  const own = { node: node.id, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
  const { cert, key } = certificate("alertmanager");
  return [
    new NodeFiles(
      "alertmanager",
      {
        ...own,
        path: ALERTMANAGER_FOLDER,
        files: {
          "alertmanager.yml": { content: renderAlertmanagerConf(model), mode: "0444" },
          "web.yml": { content: renderAlertmanagerWeb(), mode: "0444" },
        },
        reload: [{ container: plan.name, signal: "SIGHUP" }],
      },
      { parent },
    ),
    new NodeFiles(
      "alertmanager-tls",
      {
        ...own,
        path: ALERTMANAGER_CERTS,
        files: {
          "tls.crt": { content: cert, mode: "0444" },
          "tls.key": { content: key, mode: "0400" },
          "clients-ca.crt": { content: access.clientsCa, mode: "0444" },
        },
      },
      { parent },
    ),
  ];
}
