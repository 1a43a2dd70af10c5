import type { NodeIdentity, PeerBook } from "./peer-book.ts";
import { SIZES } from "./suite.ts";

/** What either side of a handshake needs. */
export interface HandshakeOptions {
  readonly identity: NodeIdentity;
  readonly peers: PeerBook;
  /** 48 bytes of the transport's TLS exporter, label `EXPORTER-dsmil-dbe-v1`, empty context. */
  readonly binding: Buffer;
  /** ms since 1970 */
  readonly now: () => number;
  /** For nonces and ids; keys always come from the system. */
  readonly random: (bytes: number) => Buffer;
}

/** A copy of the binding. @throws RangeError unless it has 48 bytes: a mistake of the transport */
export function bindingOf(options: HandshakeOptions): Buffer {
  if (options.binding.length === SIZES.binding) return Buffer.from(options.binding);
  throw new RangeError(`a binding has ${SIZES.binding} bytes of TLS exporter, this has ${options.binding.length}`);
}
