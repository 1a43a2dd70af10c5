import { LIMITS, type Reason } from "../../../../images/runtime/dbe/codec/constants.ts";
import { offerDigest } from "../../../../images/runtime/dbe/handshake/messages.ts";
import { BINDING, handshake, pair } from "./fleet.ts";
import { reasonOfAsync } from "./reason.ts";

/** Numbers of the frames. */
export const INIT = 0;
export const RESPONSE = 1;
export const FINISH = 2;
export const DONE = 3;

/** Where fields of HS_INIT from node-b to node-a begin. */
export const AT = { version: 56, suite: 57, node: 60, to: 67, nonce: 73, point: 105, kem: 202, digest: 1770 };
/** Where fields of HS_RESPONSE of node-a begin. */
export const ANSWER_AT = {
  version: 56,
  suite: 57,
  node: 60,
  nonce: 66,
  point: 98,
  ciphertext: 195,
  session: 1763,
  sealed: 1767,
};

/** Changes a frame at one step. */
export const at =
  (due: number, change: (frame: Buffer) => unknown) =>
  (frame: Buffer, step: number): Buffer => {
    if (step !== due) return frame;
    const copy = Buffer.from(frame);
    const made = change(copy);
    return Buffer.isBuffer(made) ? made : copy;
  };

/** As an attacker does who can compute the digest of the offer. */
export function redigest(frame: Buffer, binding = BINDING): Buffer {
  const offer = frame.subarray(LIMITS.header, AT.digest);
  offerDigest(binding, frame.subarray(0, LIMITS.header), offer).copy(frame, AT.digest);
  return frame;
}

/** The reason why a handshake fails with frames tampered with, undefined when it does not. */
export const run = (
  tamper: Parameters<typeof handshake>[1],
  initiator: Parameters<typeof pair>[0] = {},
  responder: Parameters<typeof pair>[1] = {},
): Promise<Reason | undefined> => reasonOfAsync(() => handshake(pair(initiator, responder), tamper));
