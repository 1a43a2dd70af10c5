import type { NodeLink } from "../../handler.ts";
import { type KeyRun, runBesideKeys } from "./container.ts";
import { type Minted, NO_TPM } from "./minted.ts";
import { keyNames, type TpmSealing, type TransitSealing } from "./sealing.ts";

/** Where a sealed key goes. */
export interface SealRequest extends Omit<KeyRun, "what" | "names" | "container" | "stdin"> {
  readonly node: string;
  /** `dsmil-node-keys`, with its tag. */
  readonly image: string;
  /** Make a new key even where one lies. */
  readonly fresh: boolean;
}

/**
 * The node's key, made and sealed by a container on the node, or opened by it where one lies: the seed is in that
 * container's memory alone. An existing key is kept unless `fresh`.
 * @throws where an existing one cannot be opened, with the reason and the remedy
 */
export async function seal(link: NodeLink, sealing: TpmSealing | TransitSealing, r: SealRequest): Promise<Minted> {
  const { node, image, folder } = r;
  const names = keyNames(node, sealing.kind);
  const tpmGroup = sealing.kind === "tpm2" ? await groupOf(link, node, sealing.device) : "";
  const way = sealing.kind === "tpm2" ? toTpm(sealing, tpmGroup) : toTransit(sealing);
  const settings = {
    NODE_ID: node,
    NODE_KEY_KIND: sealing.kind,
    NODE_KEY_FILE: `${folder}/${names[0]}`,
    NODE_KEY_FRESH: String(r.fresh),
    ...way.settings,
  };
  const container = [
    ...["--tmpfs", "/tmp:mode=1777,size=1m"],
    ...way.options,
    ...Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    image,
  ];
  const what = `make the key of ${node} with ${image}, sealed by ${sealing.kind}`;
  const minted = parse(what, await runBesideKeys(link, { ...r, what, names, container }));
  return { ...NO_TPM, ...minted, tpmGroup };
}

interface Way {
  readonly options: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

function toTpm({ device, pcrs }: TpmSealing, group: string): Way {
  const isDevice = device.startsWith("/dev/");
  const folder = device.slice(0, device.lastIndexOf("/"));
  const given = isDevice ? ["--device", device] : ["--mount", `type=bind,source=${folder},target=${folder}`];
  const tcti = isDevice ? `device:${device}` : `swtpm:path=${device}`;
  return {
    options: ["--network", "none", "--group-add", group, ...given],
    settings: { NODE_KEY_TPM_TCTI: tcti, NODE_KEY_TPM_PCRS: pcrs },
  };
}

function toTransit({ address, mount, key, tokenFile, caFile }: TransitSealing): Way {
  const file = (path: string) => ["--mount", `type=bind,source=${path},target=${path},readonly`];
  return {
    options: ["--network", "host", ...file(tokenFile), ...file(caFile)],
    settings: {
      NODE_KEY_TRANSIT_ADDRESS: address,
      NODE_KEY_TRANSIT_MOUNT: mount,
      NODE_KEY_TRANSIT_KEY: key,
      NODE_KEY_TRANSIT_TOKEN_FILE: tokenFile,
      NODE_KEY_TRANSIT_CA_FILE: caFile,
    },
  };
}

/** The group that may use the TPM; a container's user has to be in it. */
async function groupOf(link: NodeLink, node: string, device: string): Promise<string> {
  const { code, stdout } = await link.exec(["stat", "-L", "-c", "%g", "--", device], { timeoutMs: 20_000 });
  if (code === 0) return stdout.trim();
  throw new Error(`${node} has no TPM at ${device}: switch it on in the firmware, correct the path, or seal by file`);
}

function parse(what: string, output: string): Omit<Minted, "tpmGroup"> {
  const minted = JSON.parse(output) as Partial<Minted>;
  if (typeof minted.publicKey === "string") return minted as Minted;
  throw new Error(`${what}: the container said something else than a public key`);
}
