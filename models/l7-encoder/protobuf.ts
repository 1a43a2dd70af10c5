/** Protocol Buffers, as far as ONNX files need them: fields of one message, in the order in which they are written. */
export class Message {
  private readonly parts: Uint8Array[] = [];

  /** A whole number, not negative. */
  number(field: number, value: number): this {
    this.parts.push(varint(field * 8), varint(value));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.parts.push(varint(field * 8 + 2), varint(value.length), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  /** A number of 32 bits with a point. */
  float(field: number, value: number): this {
    const written = Buffer.alloc(4);
    written.writeFloatLE(value);
    this.parts.push(varint(field * 8 + 5), written);
    return this;
  }

  encode(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) + 0x80);
    left = Math.floor(left / 0x80);
  }
  return Uint8Array.from([...bytes, left]);
}
