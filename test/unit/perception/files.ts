import { encode } from "fast-png";
import type { Picture } from "../../../images/l7-perception/src/vision/picture.ts";

/** A PNG of a picture. */
export const pngOf = ({ width, height, rgb }: Picture): Buffer =>
  Buffer.from(encode({ width, height, data: rgb, depth: 8, channels: 3 }));

/** A WAV of 16 bits. @param samples -1 to 1, channel by channel for each moment */
export function wavOf(samples: ArrayLike<number>, rate: number, channels = 1): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + bytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes, 40);
  const body = Buffer.alloc(bytes);
  for (let at = 0; at < samples.length; at++) {
    body.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round((samples[at] as number) * 32_767))), at * 2);
  }
  return Buffer.concat([header, body]);
}
