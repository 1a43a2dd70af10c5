import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { PORTAINER_FOLDER } from "../model/containers/portainer.ts";
import { NodeFiles } from "../provider/index.ts";
import type { MonitoringArgs } from "./monitoring.ts";

/**
 * What Portainer waits for: its certificate, and its administrator's first password, without which it would let the first
 * visitor choose one. It reads them when it starts.
 */
export function portainerFiles({ node, certificate }: MonitoringArgs, parent: pulumi.Resource): NodeFiles[] {
  const { cert, key } = certificate("portainer");
  const password = new RandomPassword("portainer-admin", { length: 40, special: false }, { parent }).result;
  const files = {
    "tls.crt": { content: cert, mode: "0444" },
    "tls.key": { content: key, mode: "0400" },
    admin_password: { content: password, mode: "0400" },
  };
  return [new NodeFiles("portainer", { node: node.id, path: PORTAINER_FOLDER, dirMode: "0700", files }, { parent })];
}
