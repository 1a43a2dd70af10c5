import { LIMITS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { hmac } from "../session/hkdf.ts";
import { Session } from "../session/session.ts";
import { authenticate } from "./authenticate.ts";
import { Cursor } from "./cursor.ts";
import { accept, draft } from "./handshake-frame.ts";
import { respond } from "./key-share.ts";
import { decodeInit, encodeResponse, type Init, offerDigest } from "./messages.ts";
import { bindingOf, type HandshakeOptions } from "./options.ts";
import { readProof } from "./proof.ts";
import { prove, quoteNonce } from "./prove.ts";
import type { RecentInits } from "./recent-inits.ts";
import { checkMac, openSealed, sealInto } from "./sealed.ts";
import { type HandshakeKeys, handshakeKeys } from "./secrets.ts";
import { Step } from "./step.ts";
import { CONTEXTS, SIZES } from "./suite.ts";
import { Transcript } from "./transcript.ts";

/** What was agreed on with someone who says to be a node. */
interface Offered {
  readonly node: string;
  readonly messageId: Buffer;
  readonly session: number;
  readonly keys: HandshakeKeys;
}

/** What a responder needs. */
export interface ResponderOptions extends HandshakeOptions {
  /** Shared by all responders of a node; without it a replayed HS_INIT is answered, which no one can finish. */
  readonly recent?: RecentInits;
}

/** The side that answers. For one handshake; every failure ends it, and is a DbeError. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #binding: Buffer;
  readonly #transcript: Transcript;
  readonly #step: Step<"HS_INIT" | "HS_FINISH">;
  #offered: Offered | undefined;

  /** @throws RangeError unless the binding has 48 bytes */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#binding = bindingOf(options);
    this.#transcript = new Transcript(this.#binding);
    this.#step = new Step("HS_INIT", options.now);
  }

  /**
   * Takes HS_INIT and gives HS_RESPONSE, to be sent. Who sent it is not known yet: nothing is looked up by its name.
   * @throws DbeError
   */
  async onInit(frame: Buffer): Promise<Buffer> {
    return this.#step.runAsync("HS_INIT", "HS_FINISH", () => this.#respond(frame));
  }

  /**
   * Takes HS_FINISH and gives HS_DONE, to be sent, and the session: the initiator is the node it said to be. Send under
   * the session only after a frame of it came: HS_DONE may be lost.
   * @throws DbeError
   */
  async onFinish(frame: Buffer): Promise<{ reply: Buffer; session: Session }> {
    return this.#step.runAsync("HS_FINISH", "over", async () => this.#done(frame));
  }

  async #respond(frame: Buffer): Promise<Buffer> {
    const { identity, peers, random, now } = this.#options;
    this.#step.begin();
    const message = accept(frame, TYPES.HS_INIT, now());
    const init = this.#readInit(message);
    const messageId = Buffer.from(message.messageId);
    const { point, ciphertext, secrets } = respond(init);
    const session = sessionId(random);
    const nonce = random(SIZES.nonce);
    const clear = encodeResponse({ node: identity.node, nonce, point, ciphertext, session });
    this.#transcript.add(frame);

    this.#transcript.add(clear);
    const keys = handshakeKeys(this.#transcript.hash(), secrets, this.#binding);
    const proof = await prove(identity, peers.domain, this.#transcript, "responder");
    const length = clear.length + proof.bundle.length + proof.signature.length + LIMITS.tag;
    const answer = draft(TYPES.HS_RESPONSE, messageId, now(), length);
    clear.copy(answer.payload);
    const sealed = answer.payload.subarray(clear.length);
    this.#transcript.add(answer.header);
    sealInto(sealed, [proof.bundle, proof.signature], keys.responder, 1, this.#transcript.hash());
    this.#transcript.add(sealed);
    this.#offered = { node: init.node, messageId, session, keys };
    return answer.frame;
  }

  #readInit(message: ReturnType<typeof accept>): Init {
    const { identity, recent, now } = this.#options;
    const { init, offer, digest } = decodeInit(message.payload);
    if (!digest.equals(offerDigest(this.#binding, message.header, offer))) {
      throw new DbeError("TRANSCRIPT_MISMATCH", "the offer was made for another TLS session, or altered");
    }
    if (init.to !== identity.node || init.node === identity.node) {
      throw new DbeError("UNKNOWN_PEER", `${init.node} wants to speak to ${init.to}, this is ${identity.node}`);
    }
    if (recent?.take(init.nonce, now()) === false) {
      throw new DbeError("REPLAY", `this HS_INIT of ${init.node} came before`);
    }
    return init;
  }

  #done(frame: Buffer): { reply: Buffer; session: Session } {
    const { now } = this.#options;
    const message = accept(frame, TYPES.HS_FINISH, now());
    const { node, messageId, session, keys } = this.#offered as Offered;
    this.#offered = undefined;
    if (!message.messageId.equals(messageId)) throw new DbeError("MALFORMED", "an answer to another handshake");
    this.#verifyInitiator(message, node, keys);
    const finished = this.#transcript.hash();
    const done = draft(TYPES.HS_DONE, messageId, now(), SIZES.mac + LIMITS.tag);
    const said = this.#transcript.hash(done.header);
    sealInto(done.payload, [hmac(keys.macResponder, said)], keys.responder, 2, said);
    const made = new Session({ peer: node, id: session, keys: keys.session(finished, "responder"), now });
    return { reply: done.frame, session: made };
  }

  #verifyInitiator(message: ReturnType<typeof accept>, node: string, keys: HandshakeKeys): void {
    const { peers, now } = this.#options;
    const plain = openSealed(message.payload, keys.initiator, 1, this.#transcript.hash(message.header));
    const cursor = new Cursor(plain);
    const proof = readProof(cursor, plain);
    const mac = cursor.bytes(SIZES.mac);
    cursor.end();
    checkMac(mac, keys.macInitiator, this.#transcript.hash(proof.bytes, proof.signature, message.header));
    const signed = this.#transcript.hash(proof.bytes);
    const nonce = quoteNonce(this.#transcript, "initiator");
    authenticate({ node, proof, signed, context: CONTEXTS.initiator, quoteNonce: nonce }, peers, now());
    this.#transcript.add(message.header);
    this.#transcript.add(message.payload);
  }
}

function sessionId(random: (bytes: number) => Buffer): number {
  return random(4).readUInt32BE(0) || 1;
}
