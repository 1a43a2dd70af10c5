import { dirname, join } from "node:path";
import { Environment, type Variables } from "../../environment.ts";
import { ownCertificate } from "./certified-key.ts";
import { keyFileNames } from "./key-paths.ts";
import type { NodeSigner } from "./node-signer.ts";
import { type KeyPlace, openKey } from "./open-key.ts";
import { DEFAULT_PCRS, DEFAULT_TCTI, PCRS_FORM, TCTI_FORM } from "./tpm/settings.ts";

/** Which key a node has. */
export interface NodeKeyConfig {
  /** `node-a` */
  readonly node: string;
  readonly place: KeyPlace;
  /** The node's certificate, `<node>-mldsa87.pub`. */
  readonly certificateFile: string;
}

/** A key ready for use. */
export interface LoadedKey {
  readonly signer: NodeSigner;
  /** The node's certificate by the fleet's root (docs/pqc.md), which names the signer's public key. */
  readonly certificate: string;
}

const FOLDER = "/etc/dsmil/node_keys";
const NODE = /^[a-z][a-z0-9-]{0,62}$/;
const NAME = /^[A-Za-z0-9][\w./-]{0,127}$/;

/**
 * Reads NODE_ID and NODE_KEY_*, as docs/pqc.md lists them.
 * @throws ConfigError with every bad key
 */
export function readNodeKeyConfig(variables: Variables): NodeKeyConfig {
  const env = new Environment(variables);
  const node = env.text("NODE_ID", { pattern: NODE, hint: "the node's id, such as node-a" });
  const kind = env.choice("NODE_KEY_KIND", ["file", "tpm2", "transit"] as const, "file");
  const [name = ""] = keyFileNames(kind, node);
  const file = env.path("NODE_KEY_FILE", join(FOLDER, name));
  const certificateFile = env.path("NODE_KEY_CERTIFICATE", join(dirname(file), `${node}-mldsa87.pub`));
  const place = readPlace(env, kind, file);
  env.finish();
  return { node, place, certificateFile };
}

function readPlace(env: Environment, kind: KeyPlace["kind"], file: string): KeyPlace {
  if (kind === "file") return { kind, file };
  if (kind === "tpm2") {
    const tcti = env.text("NODE_KEY_TPM_TCTI", {
      pattern: TCTI_FORM,
      hint: "device:/dev/tpmrm0, or swtpm:path=/… for a software TPM",
      default: DEFAULT_TCTI,
    });
    const pcrs = env.text("NODE_KEY_TPM_PCRS", {
      pattern: PCRS_FORM,
      hint: "such as sha256:0,7",
      default: DEFAULT_PCRS,
    });
    return { kind, file, tcti, pcrs };
  }
  const named = { pattern: NAME, hint: "letters, digits and . _ / -" };
  return {
    kind,
    file,
    address: env.text("NODE_KEY_TRANSIT_ADDRESS", { pattern: /^https:\/\/[^/\s]+\/?$/, hint: "https://host:port" }),
    mount: env.text("NODE_KEY_TRANSIT_MOUNT", { ...named, default: "transit" }),
    key: env.text("NODE_KEY_TRANSIT_KEY", named),
    tokenFile: env.path("NODE_KEY_TRANSIT_TOKEN_FILE"),
    caFile: env.path("NODE_KEY_TRANSIT_CA_FILE"),
  };
}

/**
 * Opens this node's key, once, at start; it must be the one that the node's certificate names.
 * @throws KeyError
 */
export async function loadNodeKey({ node, place, certificateFile }: NodeKeyConfig): Promise<LoadedKey> {
  const { text, publicKey } = await ownCertificate(certificateFile, node);
  return { signer: await openKey(place, publicKey), certificate: text };
}
