import { createHash } from "node:crypto";
import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../../images/runtime/dbe/codec/error.ts";
import { accept, draft } from "../../../../images/runtime/dbe/handshake/handshake-frame.ts";
import type { Keying } from "../../../../images/runtime/dbe/link/keying.ts";
import { type Role, sessionKeys } from "../../../../images/runtime/dbe/session/keys.ts";
import { Session } from "../../../../images/runtime/dbe/session/session.ts";

/** What a cheap handshake is made with. */
export interface CheapOptions {
  readonly node: string;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

/**
 * The four frames of a handshake with the same checks of order, time and id, without signatures and key exchange: the
 * session's keys follow from the binding and two nonces in clear. Its sessions are real ones. For the simulation only,
 * where a real handshake costs more than all the rest of a schedule.
 */
export function cheapKeying({ node, now, random }: CheapOptions): Keying {
  const frame = (type: number, id: Buffer, payload: Buffer): Buffer => {
    const made = draft(type, id, now(), payload.length);
    payload.copy(made.payload);
    return made.frame;
  };
  const take = (bytes: Buffer, type: number, id?: Buffer) => {
    const message = accept(bytes, type, now());
    if (id && !message.messageId.equals(id)) throw new DbeError("MALFORMED", "an answer to another handshake");
    return message;
  };
  const session = (peer: string, role: Role, id: number, ...parts: Buffer[]) => {
    const secret = createHash("sha384").update(Buffer.concat(parts)).digest();
    return new Session({ peer, id, keys: sessionKeys(secret, role), now });
  };
  return {
    initiate: (expect, binding) => {
      const id = random(16);
      const nonce = random(32);
      let made: Session;
      return {
        start: () => frame(TYPES.HS_INIT, id, Buffer.concat([nonce, Buffer.from(node)])),
        onResponse: async (bytes) => {
          const { payload } = take(bytes, TYPES.HS_RESPONSE, id);
          made = session(expect, "initiator", payload.readUInt32BE(32), binding, nonce, payload.subarray(0, 32));
          return frame(TYPES.HS_FINISH, id, made.logKey);
        },
        onDone: (bytes) => {
          if (!take(bytes, TYPES.HS_DONE, id).payload.equals(made.logKey)) throw mismatch();
          return made;
        },
      };
    },
    respond: (binding) => {
      let made: Session;
      let id: Buffer;
      return {
        onInit: async (bytes) => {
          const message = take(bytes, TYPES.HS_INIT);
          id = Buffer.from(message.messageId);
          const [nonce, own] = [random(32), Buffer.alloc(4)];
          own.writeUInt32BE(random(4).readUInt32BE() || 1);
          const peer = message.payload.toString("latin1", 32);
          made = session(peer, "responder", own.readUInt32BE(), binding, message.payload.subarray(0, 32), nonce);
          return frame(TYPES.HS_RESPONSE, id, Buffer.concat([nonce, own]));
        },
        onFinish: async (bytes) => {
          if (!take(bytes, TYPES.HS_FINISH, id).payload.equals(made.logKey)) throw mismatch();
          return { reply: frame(TYPES.HS_DONE, id, made.logKey), session: made };
        },
      };
    },
  };
}

function mismatch(): DbeError {
  return new DbeError("TRANSCRIPT_MISMATCH", "the other side has other keys");
}
