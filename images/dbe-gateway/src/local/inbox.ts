import { FLAGS } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { decodeLocal, encodeLocal } from "../../../runtime/dbe/codec/local.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { firstSentTlv } from "../../../runtime/dbe/local/first-sent.ts";
import { BrokenConnection, postFrame } from "../../../runtime/dbe/local/post-frame.ts";
import { InboxAgent } from "./inbox-agent.ts";

/** Attempts while the connection breaks; an inbox works on a message once, whatever it gets. */
const ATTEMPTS = 3;

/** The way to one container. */
export class Inbox {
  private readonly agent: InboxAgent;
  private readonly container: string;

  constructor(folder: string, container: string) {
    this.agent = new InboxAgent(`${folder}/inbox.sock`);
    this.container = container;
  }

  /**
   * Hands a message over and returns the container's answer.
   * @param deadlineMs time that is left
   * @throws DbeError DESTINATION_UNAVAILABLE or TIMEOUT; the codec's reasons for an answer that is no frame
   * @throws BrokenConnection when the container certainly did not get the message
   */
  async deliver(message: Envelope, deadlineMs: number): Promise<Envelope> {
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(deadlineMs)));
    const begun = Date.now();
    let copy = message;
    for (let attempt = 1; ; attempt++) {
      try {
        return decodeLocal(await postFrame(this.agent, undefined, encodeLocal(copy), signal));
      } catch (error) {
        if (error instanceof DbeError) throw error;
        if (signal.aborted) throw new DbeError("TIMEOUT", `${this.container} did not answer within ${deadlineMs} ms`);
        const broken = error instanceof BrokenConnection;
        if (broken && !error.mayHaveArrived && copy === message) throw error;
        if (!broken || attempt >= ATTEMPTS) throw unavailable(this.container, error as Error);
        copy = asCopy(message, begun);
      }
    }
  }

  close(): void {
    this.agent.destroy();
  }
}

/** The message with the marks of a copy, by which an inbox that was started in between refuses it. */
function asCopy(message: Envelope, begun: number): Envelope {
  const { tlvs, flags } = message;
  return { ...message, flags: flags | FLAGS.RETRY, tlvs: { extra: firstSentTlv(begun), ...tlvs } };
}

function unavailable(container: string, error: Error): DbeError {
  return new DbeError("DESTINATION_UNAVAILABLE", `${container}: ${error.message}`);
}
