import type { Keying } from "../../../../images/runtime/dbe/link/keying.ts";
import { nodeKeying } from "../../../../images/runtime/dbe/link/node-keying.ts";
import { identity, peers } from "../../../unit/dbe/support/fleet.ts";

const identities = new Map<string, ReturnType<typeof identity>>();

/** The handshakes that nodes use: ML-DSA-87, ML-KEM-1024, P-384; about 6 ms of CPU a side. */
export function realKeying(node: string, now: () => number, random: (bytes: number) => Buffer): Keying {
  const known = identities.get(node) ?? identity(node);
  identities.set(node, known);
  return nodeKeying({ identity: known, peers: peers(), now, random });
}
