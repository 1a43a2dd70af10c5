import type { Envelope } from "../codec/types.ts";

/** What a link needs of a session; `Session` of ../session is one. */
export interface LinkSession {
  /** Node that proved its identity in the handshake. */
  readonly peer: string;
  /** Never 0. */
  readonly id: number;
  /** Frames sealed and opened so far. */
  readonly sent: number;
  readonly received: number;
  seal(envelope: Envelope): Buffer;
  open(frame: Buffer): Envelope;
  /** Lets go of the keys. */
  retire(): void;
}

/** The dialling half of a handshake; `Initiator` of ../handshake is one. */
export interface InitiatorSide {
  start(): Buffer;
  onResponse(frame: Buffer): Promise<Buffer>;
  onDone(frame: Buffer): LinkSession;
}

/** The answering half of a handshake; `Responder` of ../handshake is one. */
export interface ResponderSide {
  onInit(frame: Buffer): Promise<Buffer>;
  onFinish(frame: Buffer): Promise<{ readonly reply: Buffer; readonly session: LinkSession }>;
}

/** Makes the halves of handshakes. Injected: a simulation of many thousand runs uses a cheap one for most. */
export interface Keying {
  initiate(expect: string, binding: Buffer): InitiatorSide;
  respond(binding: Buffer): ResponderSide;
}
