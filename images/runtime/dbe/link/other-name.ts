import { DbeError } from "../codec/error.ts";
import type { Channel } from "./channel.ts";

/**
 * What is wrong when the TLS certificate of a channel is not the one of the node that is at its other end: two
 * credentials of two nodes in one hand. Undefined when it is.
 * @param how how it is known which node should be there
 */
export function otherName(channel: Channel, node: string, how: "dialled" | "proven"): DbeError | undefined {
  if (channel.peer === node) return undefined;
  const shown = how === "dialled" ? `${node} was dialled` : `the handshake proved ${node}`;
  return new DbeError("BAD_CERTIFICATE", `the TLS certificate is ${channel.peer}'s, ${shown}`);
}
