import * as pulumi from "@pulumi/pulumi";
import { certifiedServers } from "../model/certified-servers.ts";
import { CRYPTO_FOLDER } from "../model/containers/l8-crypto.ts";
import { ENCLAVE_FOLDER } from "../model/containers/l8-enclave.ts";
import type { Model, Node } from "../model/types.ts";
import { modelVersion } from "../models/model-release.ts";
import { operatorModel } from "../models/operator-model.ts";
import { NodeFiles, type NodeFilesArgs } from "../provider/index.ts";
import type { DataStack } from "../stacks/outputs.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { SERVICE_UID } from "./service-container.ts";

export interface CryptoFilesArgs {
  readonly model: Model;
  readonly node: Node;
  /** The project's folder, which has the models. */
  readonly root: string;
  readonly runtime: NodeRuntime;
  readonly data: DataStack;
}

/**
 * What the crypto watcher of a node is given: certificates without their keys, and the password of the role that reads
 * the audit trail. Nothing where the node has no watcher.
 */
export function cryptoFiles(args: CryptoFilesArgs): NodeFiles[] {
  return hasService(args, "l8-crypto") ? [fleetFiles(args, "crypto", CRYPTO_FOLDER, {})] : [];
}

/** What secure enclave management is given besides: how keys are to be kept, and the certificate of the signer of models. */
export function enclaveFiles(args: CryptoFilesArgs): NodeFiles[] {
  if (!hasService(args, "l8-enclave")) return [];
  const { model, root, data } = args;
  const seals = Object.fromEntries(model.nodes.map(({ id, key }) => [id, key.kind]));
  // One model's signature has the certificate of whoever signs all of them.
  const [name] = model.containers.flatMap(({ models = [] }) => models).sort();
  return [
    fleetFiles(args, "enclave", ENCLAVE_FOLDER, {
      "enclave.json": { content: json({ seals, revoked: model.dbe.revoked }), mode: "0444" },
      ...(name && {
        "models.sig": {
          content: data.modelSignature(operatorModel(root, name) ?? modelVersion(root, name)),
          mode: "0444",
        },
      }),
    }),
  ];
}

const hasService = ({ model, node }: CryptoFilesArgs, id: string): boolean =>
  model.services.some((service) => service.id === id && service.node === node.id);

function fleetFiles(args: CryptoFilesArgs, name: string, path: string, more: NodeFilesArgs["files"]): NodeFiles {
  const { model, node, runtime, data } = args;
  const fleet = data
    .anchors()
    .rootPublicKey.apply((root) =>
      json({ nodes: model.nodes.map(({ id }) => id), root, rotation_seconds: model.dbe.rotation.seconds }),
    );
  const files = {
    "fleet.json": { content: fleet, mode: "0444" },
    "certificates.json": { content: data.serverCertificates(certifiedServers(model)).apply(json), mode: "0444" },
    [`${node.id}-mldsa87.pub`]: { content: pulumi.interpolate`${runtime.certificate}\n`, mode: "0444" },
    postgres_password: { content: data.auditReaderPassword(), mode: "0400" },
    ...more,
  };
  const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
  return new NodeFiles(name, { node: node.id, path, ...owner, files });
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
