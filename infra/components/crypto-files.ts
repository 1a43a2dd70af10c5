import * as pulumi from "@pulumi/pulumi";
import { CRYPTO_FOLDER } from "../model/containers/l8-crypto.ts";
import type { Model, Node } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import type { DataStack } from "../stacks/outputs.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { SERVICE_UID } from "./service-container.ts";

export interface CryptoFilesArgs {
  readonly model: Model;
  readonly node: Node;
  readonly runtime: NodeRuntime;
  readonly data: DataStack;
}

/**
 * What the crypto watcher of a node is given: certificates without their keys, and the password of the role that reads
 * the audit trail. Nothing where the node has no watcher.
 */
export function cryptoFiles({ model, node, runtime, data }: CryptoFilesArgs): NodeFiles[] {
  if (!model.services.some((service) => service.id === "l8-crypto" && service.node === node.id)) return [];
  const fleet = data
    .anchors()
    .rootPublicKey.apply((root) =>
      json({ nodes: model.nodes.map(({ id }) => id), root, rotation_seconds: model.dbe.rotation.seconds }),
    );
  const files = {
    "fleet.json": { content: fleet, mode: "0444" },
    "certificates.json": { content: data.serverCertificates().apply(json), mode: "0444" },
    [`${node.id}-mldsa87.pub`]: { content: pulumi.interpolate`${runtime.certificate}\n`, mode: "0444" },
    postgres_password: { content: data.auditReaderPassword(), mode: "0400" },
  };
  const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
  return [new NodeFiles("crypto", { node: node.id, path: CRYPTO_FOLDER, ...owner, files })];
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
