import { LIMITS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { hmac } from "../session/hkdf.ts";
import { Session } from "../session/session.ts";
import { authenticate } from "./authenticate.ts";
import { Cursor } from "./cursor.ts";
import { accept, draft } from "./handshake-frame.ts";
import { InitiatorShare } from "./key-share.ts";
import { decodeResponse, encodeOffer, isNodeId, offerDigest } from "./messages.ts";
import { bindingOf, type HandshakeOptions } from "./options.ts";
import { readProof } from "./proof.ts";
import { prove, quoteNonce } from "./prove.ts";
import { checkMac, openSealed, sealInto } from "./sealed.ts";
import { type HandshakeKeys, handshakeKeys } from "./secrets.ts";
import { Step } from "./step.ts";
import { CONTEXTS, SIZES } from "./suite.ts";
import { Transcript } from "./transcript.ts";

/** What is known once the responder has proven itself. */
interface Confirmed {
  readonly keys: HandshakeKeys;
  readonly session: number;
  /** Hash of the transcript through HS_FINISH. */
  readonly finished: Buffer;
}

/** The side that begins. For one handshake; every failure ends it, and is a DbeError. */
export class Initiator {
  readonly #options: HandshakeOptions & { readonly expect: string };
  readonly #binding: Buffer;
  readonly #transcript: Transcript;
  readonly #messageId: Buffer;
  readonly #step: Step<"start" | "HS_RESPONSE" | "HS_DONE">;
  #share: InitiatorShare | undefined;
  #confirmed: Confirmed | undefined;

  /**
   * @param options `expect` is the node id that must answer
   * @throws RangeError when `expect` is this node itself or no node id, or the binding has not 48 bytes
   */
  constructor(options: HandshakeOptions & { readonly expect: string }) {
    if (options.expect === options.identity.node || !isNodeId(options.expect)) {
      throw new RangeError(`no handshake from ${options.identity.node} to ${options.expect}`);
    }
    this.#options = options;
    this.#binding = bindingOf(options);
    this.#transcript = new Transcript(this.#binding);
    this.#messageId = options.random(LIMITS.messageId);
    this.#step = new Step("start", options.now);
  }

  /** HS_INIT, to be sent. */
  start(): Buffer {
    return this.#step.run("start", "HS_RESPONSE", () => {
      const { identity, expect, random, now } = this.#options;
      this.#step.begin();
      const share = new InitiatorShare();
      this.#share = share;
      const { point, encapsulationKey } = share;
      const nonce = random(SIZES.nonce);
      const offer = encodeOffer({ node: identity.node, to: expect, nonce, point, encapsulationKey });
      const init = draft(TYPES.HS_INIT, this.#messageId, now(), offer.length + SIZES.digest);
      offer.copy(init.payload);
      offerDigest(this.#binding, init.header, offer).copy(init.payload, offer.length);
      this.#transcript.add(init.frame);
      return init.frame;
    });
  }

  /**
   * Takes HS_RESPONSE and gives HS_FINISH, to be sent: the responder is who it must be. Nothing else may be sent yet.
   * @throws DbeError
   */
  async onResponse(frame: Buffer): Promise<Buffer> {
    return this.#step.runAsync("HS_RESPONSE", "HS_DONE", () => this.#finish(frame));
  }

  /**
   * Takes HS_DONE and gives the session: the responder has the same keys and has accepted this node.
   * @throws DbeError
   */
  onDone(frame: Buffer): Session {
    return this.#step.run("HS_DONE", "over", () => {
      const { now, expect } = this.#options;
      const done = this.#accepted(frame, TYPES.HS_DONE);
      const { keys, session, finished } = this.#confirmed as Confirmed;
      this.#confirmed = undefined;
      const heard = this.#transcript.hash(done.header);
      const mac = openSealed(done.payload, keys.responder, 2, heard);
      if (mac.length !== SIZES.mac) throw new DbeError("MALFORMED", "HS_DONE has only its confirmation");
      checkMac(mac, keys.macResponder, heard);
      return new Session({ peer: expect, id: session, keys: keys.session(finished, "initiator"), now });
    });
  }

  async #finish(frame: Buffer): Promise<Buffer> {
    const { identity, peers, now } = this.#options;
    const { keys, session } = this.#verifyResponder(frame);
    const proof = await prove(identity, peers.domain, this.#transcript, "initiator");
    const length = proof.bundle.length + proof.signature.length + SIZES.mac + LIMITS.tag;
    const finish = draft(TYPES.HS_FINISH, this.#messageId, now(), length);
    const mac = hmac(keys.macInitiator, this.#transcript.hash(proof.bundle, proof.signature, finish.header));
    this.#transcript.add(finish.header);
    const parts = [proof.bundle, proof.signature, mac];
    sealInto(finish.payload, parts, keys.initiator, 1, this.#transcript.hash());
    this.#transcript.add(finish.payload);
    this.#confirmed = { keys, session, finished: this.#transcript.hash() };
    return finish.frame;
  }

  #verifyResponder(frame: Buffer): { readonly keys: HandshakeKeys; readonly session: number } {
    const { expect, peers, now } = this.#options;
    const message = this.#accepted(frame, TYPES.HS_RESPONSE);
    const { response, clear, sealed } = decodeResponse(message.payload);
    const share = this.#share as InitiatorShare;
    this.#share = undefined;
    if (response.node !== expect) {
      throw new DbeError(
        "UNKNOWN_PEER",
        `${response.node} answers where ${expect} was expected; see the peers' addresses`,
      );
    }
    const secrets = share.agree(response.point, response.ciphertext);
    this.#transcript.add(clear);
    const keys = handshakeKeys(this.#transcript.hash(), secrets, this.#binding);
    const plain = openSealed(sealed, keys.responder, 1, this.#transcript.hash(message.header));
    const cursor = new Cursor(plain);
    const proof = readProof(cursor, plain);
    cursor.end();
    const signed = this.#transcript.hash(proof.bytes);
    const nonce = quoteNonce(this.#transcript, "responder");
    authenticate({ node: expect, proof, signed, context: CONTEXTS.responder, quoteNonce: nonce }, peers, now());
    this.#transcript.add(message.header);
    this.#transcript.add(sealed);
    return { keys, session: response.session };
  }

  #accepted(frame: Buffer, type: number): ReturnType<typeof accept> {
    const message = accept(frame, type, this.#options.now());
    if (message.messageId.equals(this.#messageId)) return message;
    throw new DbeError("MALFORMED", "an answer to another handshake");
  }
}
