import type { Channel } from "./channel.ts";
import type { LineOptions } from "./line-options.ts";

/** What a link is made with. */
export interface LinkOptions extends LineOptions {
  /** Node at the other end. */
  readonly peer: string;
  /** Opens a channel to the peer; needed when this node's id is the lower one. */
  readonly dial?: () => Promise<Channel>;
  /** When a session is replaced: by its age, or by the frames one side sent. */
  readonly rotation: { readonly seconds: number; readonly messages: number };
}

/** @throws RangeError for options that cannot work */
export function checkOptions({ self, peer, dial, rotation }: LinkOptions): void {
  if (self === peer) throw new RangeError(`a link from ${self} to itself`);
  if (self < peer && !dial) throw new RangeError(`${self} has to dial ${peer}: dial is missing`);
  if (rotation.seconds > 0 && rotation.messages > 0) return;
  throw new RangeError("a session must be allowed some seconds and messages before it is replaced");
}
