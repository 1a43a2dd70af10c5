import { readFileSync } from "node:fs";
import { readAccess } from "../../access/access.ts";
import { connect } from "../../access/connection.ts";
import { gatewayCommand } from "../dbe/gateway-command.ts";
import { UserError } from "../errors.ts";
import { stackOutputs } from "../pulumi.ts";
import type { Fleet } from "../stores/fleet.ts";
import { askNodes } from "./ask-nodes.ts";
import type { AuditEvidence } from "./verify.ts";

/**
 * What a deployed fleet says about its trail: each stack's identity, each node's certificate and head.
 * @param files certificates of nodes, or of keys, that are no more
 */
export async function fleetEvidence({ root, model, data }: Fleet, files: readonly string[]): Promise<AuditEvidence> {
  const nodes = model.nodes.map(({ id }) => id);
  const [identities, memories] = await Promise.all([
    Promise.all(nodes.map((node) => identityOf(root, node))),
    askNodes(
      nodes,
      (node) => connect(readAccess(root, node)),
      (node) => gatewayCommand(model.fleet, node, ["show"]),
    ),
  ]);
  const known = identities.flatMap(({ identity }, i) => (identity ? [[nodes[i] ?? "", identity] as const] : []));
  return {
    keys: { root: data.rootPublicKey, identities: new Map(known) },
    certificates: [
      ...identities.flatMap(({ formerIdentities = [] }) => formerIdentities),
      ...files.map(readCertificate),
    ],
    memories,
  };
}

/** A node's key as its stack certified it, and the certificates of those before. */
interface StackIdentity {
  readonly identity?: string;
  readonly formerIdentities?: readonly string[];
}

/** A stack that is not deployed has none; its node may still have a certificate. */
async function identityOf(root: string, node: string): Promise<StackIdentity> {
  try {
    return await stackOutputs<StackIdentity>(root, node);
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    const remedy = "name a .pub file as in /etc/dsmil/peer_keys";
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, remedy);
  }
}
