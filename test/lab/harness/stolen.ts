import type { Credentials } from "../../../images/runtime/dbe/transport/transport.ts";
import { NODES } from "./bus.ts";
import { onNodeOk } from "./fleet.ts";

/** All that makes a node that node. */
export interface Stolen {
  readonly node: string;
  readonly credentials: Credentials;
  /** Hex of the ML-DSA-87 seed. */
  readonly seed: string;
  /** The root's certificate of its key. */
  readonly certificate: string;
  /** Hex of the root's public key. */
  readonly root: string;
  /** Hex of each node's public key. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Reads it from the node, as whoever has taken the node over could. */
export async function stolenFrom(node: (typeof NODES)[number]): Promise<Stolen> {
  const file = (path: string) => onNodeOk(node, "cat", path);
  const certs = await Promise.all(
    ["tls.crt", "tls.key", "ca.crt"].map((name) => file(`/etc/dsmil/certs/node/${name}`)),
  );
  const [cert = "", key = "", ca = ""] = certs;
  const certificates = await Promise.all(
    NODES.map((id) => onNodeOk(id, "cat", `/etc/dsmil/node_keys/${id}-mldsa87.pub`)),
  );
  const keys = certificates.map((text) => (JSON.parse(text) as { publicKey: string }).publicKey);
  const seed = await onNodeOk(node, "sh", "-c", `od -An -v -tx1 /etc/dsmil/node_keys/${node}-mldsa87.key`);
  const gateway = JSON.parse(await file("/etc/dsmil/dbe/gateway.json")) as { root: string };
  return {
    node,
    credentials: { cert, key, ca },
    seed: seed.replace(/\s/g, ""),
    certificate: (certificates[NODES.indexOf(node)] ?? "").trim(),
    root: gateway.root,
    keys: new Map(NODES.map((id, i) => [id, keys[i] ?? ""])),
  };
}
