import type { PeerBook } from "../../../runtime/dbe/handshake/peer-book.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Configuration } from "../routes/configuration.ts";
import { quoteProblem } from "./quote-problem.ts";

/** Whom this node's handshakes trust, as the watched files say at that moment. */
export function peerBook(configuration: Configuration, log: Log): PeerBook {
  return {
    get root() {
      return configuration.settings.root;
    },
    get domain() {
      return configuration.settings.domain;
    },
    pinned: (peer) => configuration.pinned(peer)?.publicKey,
    revoked: (peer, key) => configuration.revoked(peer, key),
    quoteHolds: (peer, nonce, quote) => {
      const problem = quoteProblem(configuration.pinned(peer), nonce, quote);
      // The audit row says that it does not hold; why is for who repairs it.
      if (problem !== undefined) log.warn({ peer, reason: problem }, "TPM quote refused");
      return problem === undefined;
    },
  };
}
