import type { Socket } from "node:net";
import { firstLine } from "./first-line.ts";
import { CIPHER, EXPORTER_BYTES, GROUP } from "./protocol.ts";
import type { ChannelFacts } from "./stream-channel.ts";

/** Longest line that the sidecar writes, bytes. */
const LINE = 1024;
const NODE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The sidecar turned somebody away before there was a stream. */
export class RefusedBySidecar extends Error {
  /** `address:port`, "" where it is not known. */
  readonly remote: string;

  constructor(why: string, remote: string) {
    super(why);
    this.remote = remote;
  }
}

/**
 * Reads the sidecar's first line: what the QUIC connection below the stream is.
 * @throws Error with the sidecar's own words when it has no stream, or when a value is not what it has to be
 */
export async function quicPreface(socket: Socket, milliseconds: number): Promise<ChannelFacts> {
  const said = fields(await firstLine(socket, LINE, milliseconds));
  if (said.error !== undefined) throw new RefusedBySidecar(text(said.error), text(said.remote));
  const binding = Buffer.from(text(said.binding), "hex");
  const peer = text(said.peer);
  if (binding.length !== EXPORTER_BYTES) throw new Error("the sidecar's preface has no binding");
  if (said.group !== GROUP) throw new Error(`key exchange group ${text(said.group)}`);
  if (said.cipher !== CIPHER) throw new Error(`cipher suite ${text(said.cipher)}`);
  if (!NODE.test(peer)) throw new Error(`the sidecar's preface names ${JSON.stringify(peer)}, which is no node id`);
  return { binding, group: GROUP, transport: "quic", remote: text(said.remote), peer };
}

function fields(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw new Error("the sidecar's first line is no JSON object");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
