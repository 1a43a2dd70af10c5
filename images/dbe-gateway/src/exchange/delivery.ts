import { FLAGS, TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { BrokenConnection } from "../../../runtime/dbe/local/post-frame.ts";
import { decide } from "../policy/decide.ts";
import type { Speaker } from "../policy/hop.ts";
import { serves } from "../policy/hop.ts";
import type { ExchangeParts } from "./exchange-parts.ts";
import { demand } from "./refusals.ts";

/** An answer and the container, or node, that gave it. */
export interface Delivered {
  readonly answer: Envelope;
  readonly by: string;
}

/**
 * The last hop: hands a message to the container of this node that it is for, or answers it for the node itself.
 * @throws DbeError
 */
export async function deliver(parts: ExchangeParts, message: Envelope, deadlineMs: number): Promise<Delivered> {
  const facts = parts.facts();
  if (message.destination === 0) {
    const self: Speaker = { container: facts.node, device: 0, tenants: "*" };
    demand(decide(message, { at: "delivery", to: self }, facts));
    return { answer: ownAnswer(message), by: facts.node };
  }
  const all = parts.receivers(message.destination, message.messageId);
  const [first] = all;
  if (!first) throw new DbeError("DESTINATION_UNAVAILABLE", `no container of device ${message.destination} is here`);
  const serving = all.filter(({ speaker }) => serves(speaker, message.tlvs.tenantId ?? ""));
  let broken: Error | undefined;
  for (const { speaker, inbox } of serving.length > 0 ? serving : [first]) {
    demand(decide(message, { at: "delivery", to: speaker }, facts));
    const begun = performance.now();
    try {
      const answer = await inbox.deliver(message, deadlineMs);
      parts.metrics.hop("inbox", performance.now() - begun);
      parts.metrics.message(message.type, "local_out");
      return { answer, by: speaker.container };
    } catch (error) {
      // This one certainly did not get it: the next may.
      if (!(error instanceof BrokenConnection)) throw error;
      broken = error;
    }
  }
  throw new DbeError("DESTINATION_UNAVAILABLE", `device ${message.destination}: ${broken?.message}`);
}

/** What a node says by itself: the echo of an echo, and that it took a health report. */
function ownAnswer(message: Envelope): Envelope {
  const { messageId, source, destination, tlvs, payload, type, flags } = message;
  const echo = type === TYPES.ECHO_REQ && (flags & FLAGS.NO_REPLY) === 0;
  return {
    type: echo ? TYPES.ECHO_RESP : TYPES.ACCEPTED,
    flags: FLAGS.RESPONSE,
    messageId,
    source: destination,
    destination: source,
    timestamp: Date.now(),
    tlvs: { ...(tlvs.tenantId !== undefined && { tenantId: tlvs.tenantId }) },
    payload: echo ? payload : Buffer.alloc(0),
  };
}
