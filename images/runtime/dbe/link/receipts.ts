import { DbeError } from "../codec/error.ts";

/** Tells the peer that its answer arrived, so that it need not keep it. */
export interface Receipt {
  /** See message-key.ts. */
  readonly key: string;
  /** The request was sent once only: no other copy of it can arrive. */
  readonly single: boolean;
}

/** Receipts kept until they are sent; beyond, the oldest is forgotten and the peer keeps its answer until it expires. */
const KEPT = 1024;
/** Sent at once when this many wait, or answers of this many bytes; else with the next tick. */
const ENOUGH = 64;
const ENOUGH_BYTES = 256 * 1024;

/** Collects receipts. They only save memory at the peer: none must arrive. */
export class Receipts {
  #waiting: Receipt[] = [];
  #bytes = 0;

  add(receipt: Receipt, answerBytes: number): void {
    this.#waiting.push(receipt);
    this.#bytes += answerBytes;
    if (this.#waiting.length > KEPT) this.#waiting.shift();
  }

  /** Whether they should be sent without waiting for the tick. */
  get urgent(): boolean {
    return this.#waiting.length >= ENOUGH || this.#bytes >= ENOUGH_BYTES;
  }

  /** Those that wait, as the body of a control message; undefined when there are none. */
  take(): Buffer | undefined {
    if (this.#waiting.length === 0) return undefined;
    const body = encodeReceipts(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    return body;
  }
}

/** Each: 1 byte 0 or 1 (`single`), 1 byte length, key. */
export function encodeReceipts(receipts: readonly Receipt[]): Buffer {
  const parts = receipts.map(({ key, single }) => {
    const bytes = Buffer.from(key, "latin1");
    return Buffer.concat([Buffer.of(single ? 1 : 0, bytes.length), bytes]);
  });
  return Buffer.concat(parts);
}

/**
 * Takes a body of receipts apart.
 * @throws DbeError MALFORMED
 */
export function decodeReceipts(body: Buffer): Receipt[] {
  const receipts: Receipt[] = [];
  for (let at = 0; at < body.length; ) {
    const single = body[at];
    const end = at + 2 + (body[at + 1] ?? 0);
    if ((single !== 0 && single !== 1) || at + 2 > body.length || end > body.length || receipts.length === KEPT) {
      throw new DbeError("MALFORMED", "receipts that do not follow their form");
    }
    receipts.push({ key: body.toString("latin1", at + 2, end), single: single === 1 });
    at = end;
  }
  return receipts;
}
