import type * as pulumi from "@pulumi/pulumi";
import { ALERTMANAGER_CERTS, ALERTMANAGER_FOLDER } from "../model/containers/alertmanager.ts";
import type { Model, Node } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderAlertmanagerConf, renderAlertmanagerWeb } from "../render/alertmanager-conf.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { SERVICE_UID } from "./service-container.ts";

export interface AlertmanagerFilesArgs {
  readonly model: Model;
  readonly node: Node;
  /** PEM of the authority by which clients are known. */
  readonly clientsCa: pulumi.Input<string>;
  /** Certificate and key of a server, by the service's id. */
  readonly certificate: (id: string) => pulumi.Output<ServerCertificate>;
}

/**
 * What the alertmanager waits for: its configuration, which it takes anew without a restart, and its certificate, which
 * it reads at each connection. Nothing where the node has none.
 */
export function alertmanagerFiles({ model, node, clientsCa, certificate }: AlertmanagerFilesArgs): NodeFiles[] {
  const plan = model.containers.find((one) => one.service === "alertmanager" && one.node === node.id);
  if (plan === undefined) return [];
  const own = { node: node.id, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
  const { cert, key } = certificate(plan.service);
  return [
    new NodeFiles("alertmanager", {
      ...own,
      path: ALERTMANAGER_FOLDER,
      files: {
        "alertmanager.yml": { content: renderAlertmanagerConf(model), mode: "0444" },
        "web.yml": { content: renderAlertmanagerWeb(), mode: "0444" },
      },
      reload: [{ container: plan.name, signal: "SIGHUP" }],
    }),
    new NodeFiles("alertmanager-tls", {
      ...own,
      path: ALERTMANAGER_CERTS,
      files: {
        "tls.crt": { content: cert, mode: "0444" },
        "tls.key": { content: key, mode: "0400" },
        "clients-ca.crt": { content: clientsCa, mode: "0444" },
      },
    }),
  ];
}
