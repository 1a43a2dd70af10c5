import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

/** What a TLS client offers, as far as it is looked at here. */
export interface ClientHello {
  /** Codes of `supported_groups` and of the shares that it sends (RFC 8446, section 4.2). */
  readonly groups: readonly number[];
  readonly shares: readonly number[];
}

/** SecP384r1MLKEM1024 (draft-ietf-tls-ecdhe-mlkem). */
export const HYBRID = 0x11ed;

const SALT = Buffer.from("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "hex");
const INITIAL = 0x80;
const [PADDING, PING, CRYPTO] = [0, 1, 6];
const [SUPPORTED_GROUPS, KEY_SHARE] = [10, 51];

/** The ClientHellos in UDP payloads of a client: its Initial packets are protected by keys that anyone can derive. */
export function quicClientHellos(datagrams: readonly Buffer[]): ClientHello[] {
  const streams = new Map<string, Buffer[]>();
  for (const datagram of datagrams) {
    const initial = openInitial(datagram);
    if (!initial) continue;
    const parts = streams.get(initial.connection) ?? [];
    streams.set(initial.connection, parts);
    for (const { offset, data } of cryptoFrames(initial.payload)) parts[offset] = data;
  }
  return [...streams.values()].flatMap((parts) => {
    const whole = joined(parts);
    return whole.length > 4 && whole.length >= 4 + whole.readUIntBE(1, 3) ? [readHello(whole)] : [];
  });
}

/** The ClientHello at the beginning of a client's TCP stream. */
export function tlsClientHello(stream: Buffer): ClientHello {
  const records: Buffer[] = [];
  for (let at = 0; stream.length >= at + 5 && stream.readUInt8(at) === 22; at += 5 + stream.readUInt16BE(at + 3)) {
    records.push(stream.subarray(at + 5, at + 5 + stream.readUInt16BE(at + 3)));
  }
  return readHello(Buffer.concat(records));
}

/** The first packet of a datagram where it is a client's Initial of QUIC 1 (RFC 9001, section 5). */
function openInitial(datagram: Buffer): { connection: string; payload: Buffer } | undefined {
  if (datagram.length < 1200 || (datagram.readUInt8(0) & 0xb0) !== INITIAL || datagram.readUInt32BE(1) !== 1) return;
  const connection = datagram.subarray(6, 6 + datagram.readUInt8(5));
  let at = 6 + connection.length;
  at += 1 + datagram.readUInt8(at);
  const token = varint(datagram, at);
  const length = varint(datagram, token.next + token.value);
  at = length.next;
  const secret = expand(createHmac("sha256", SALT).update(connection).digest(), "client in", 32);
  const [key, iv, mask] = [
    expand(secret, "quic key", 16),
    expand(secret, "quic iv", 12),
    expand(secret, "quic hp", 16),
  ];
  const sample = createCipheriv("aes-128-ecb", mask, null).update(datagram.subarray(at + 4, at + 20));
  const head = Buffer.from(datagram.subarray(0, at + 4));
  head.writeUInt8(head.readUInt8(0) ^ (sample.readUInt8(0) & 0x0f), 0);
  const numberBytes = 1 + (head.readUInt8(0) & 3);
  for (let i = 0; i < numberBytes; i++) head.writeUInt8(head.readUInt8(at + i) ^ sample.readUInt8(1 + i), at + i);
  const header = head.subarray(0, at + numberBytes);
  const packet = header.readUIntBE(at, numberBytes);
  iv.writeUInt32BE((iv.readUInt32BE(8) ^ packet) >>> 0, 8);
  const sealed = datagram.subarray(at + numberBytes, at + length.value);
  const cipher = createDecipheriv("aes-128-gcm", key, iv).setAAD(header).setAuthTag(sealed.subarray(-16));
  const payload = cipher.update(sealed.subarray(0, -16));
  try {
    cipher.final();
  } catch {
    // A later flight, under the connection id that the server chose.
    return undefined;
  }
  return { connection: connection.toString("hex"), payload };
}

/** HKDF-Expand-Label with SHA-256 (RFC 8446, section 7.1), at most 32 bytes. */
function expand(secret: Buffer, label: string, bytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.of(0, bytes, name.length), name, Buffer.of(0, 1)]);
  return createHmac("sha256", secret).update(info).digest().subarray(0, bytes);
}

function* cryptoFrames(payload: Buffer): Generator<{ offset: number; data: Buffer }> {
  for (let at = 0; at < payload.length; ) {
    const type = payload.readUInt8(at);
    at += 1;
    if (type === PADDING || type === PING) continue;
    // Acknowledgements and what follows them are not of the first flight.
    if (type !== CRYPTO) return;
    const offset = varint(payload, at);
    const length = varint(payload, offset.next);
    yield { offset: offset.value, data: payload.subarray(length.next, length.next + length.value) };
    at = length.next + length.value;
  }
}

/** What is whole from the beginning on, of parts by their offset. */
function joined(parts: readonly Buffer[]): Buffer {
  let whole = Buffer.alloc(0);
  for (;;) {
    const next = parts[whole.length];
    if (!next || next.length === 0) return whole;
    whole = Buffer.concat([whole, next]);
  }
}

function readHello(hello: Buffer): ClientHello {
  if (hello.readUInt8(0) !== 1) throw new Error(`handshake message ${hello.readUInt8(0)} where a ClientHello is due`);
  let at = 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const extensions = new Map<number, Buffer>();
  for (at += 2; at + 4 <= hello.length; at += 4 + hello.readUInt16BE(at + 2)) {
    extensions.set(hello.readUInt16BE(at), hello.subarray(at + 4, at + 4 + hello.readUInt16BE(at + 2)));
  }
  const [groups, shares] = [extensions.get(SUPPORTED_GROUPS), extensions.get(KEY_SHARE)];
  return { groups: codes(groups, () => 2), shares: codes(shares, (list, i) => 4 + list.readUInt16BE(i + 2)) };
}

/** Codes in a list whose length is in its first two bytes. */
function codes(list: Buffer | undefined, step: (list: Buffer, at: number) => number): number[] {
  const found: number[] = [];
  if (list) for (let at = 2; at + 2 <= list.length; at += step(list, at)) found.push(list.readUInt16BE(at));
  return found;
}

/** An integer of QUIC (RFC 9000, section 16), and where what follows begins. */
function varint(bytes: Buffer, at: number): { value: number; next: number } {
  const size = 1 << (bytes.readUInt8(at) >> 6);
  let value = bytes.readUInt8(at) & 0x3f;
  for (let i = 1; i < size; i++) value = value * 256 + bytes.readUInt8(at + i);
  return { value, next: at + size };
}
