import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { decodePicture } from "../../../images/l7-perception/src/decoder/decode.ts";
import { PICTURE_FEATURES, putPictureFeatures } from "../../../images/l7-perception/src/vision/features.ts";
import { readJpeg } from "../../../images/l7-perception/src/vision/jpeg.ts";
import { readPng } from "../../../images/l7-perception/src/vision/png.ts";
import { jpegOf } from "../../../models/data/pictures/samples.ts";
import { pngOf } from "./files.ts";

/** 40 × 30 with something in every corner. */
const picture = {
  width: 40,
  height: 30,
  rgb: Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * 7 + (at >> 5) * 13) % 256),
};
const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "taken";
};
const chunk = (type: string, body: Buffer): Buffer => {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, "latin1");
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
};
/** A PNG of our own making. */
const png = (
  width: number,
  height: number,
  data: Buffer,
  { depth = 8, colour = 0, interlace = 0, more = [] as Buffer[] } = {},
) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    ...more,
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

describe("PNG", () => {
  it("is read as it was written, also grey, with transparency, of 1 and 16 bits and by palette", () => {
    expect(readPng(pngOf(picture)).rgb).toEqual(picture.rgb);
    const half = encode({ width: 1, height: 1, data: new Uint8Array([0, 0, 0, 128]), depth: 8, channels: 4 });
    expect([...readPng(Buffer.from(half)).rgb]).toEqual([127, 127, 127]);
    const deep = encode({ width: 1, height: 1, data: new Uint16Array([65_535, 0, 32_768]), depth: 16, channels: 3 });
    expect([...readPng(Buffer.from(deep)).rgb]).toEqual([255, 0, 128]);
    const bits = png(3, 2, deflateSync(Buffer.from([0, 0b10100000, 0, 0b01000000])), { depth: 1 });
    expect([...readPng(bits).rgb].filter((_, at) => at % 3 === 0)).toEqual([255, 0, 255, 0, 255, 0]);
    const palette = chunk("PLTE", Buffer.from([9, 8, 7, 1, 2, 3]));
    const indexed = png(2, 1, deflateSync(Buffer.from([0, 1, 0])), { colour: 3, more: [palette] });
    expect([...readPng(indexed).rgb]).toEqual([1, 2, 3, 9, 8, 7]);
  });

  it("that inflates to more, or less, than its header says is refused before it is decoded", () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(codeOf(() => readPng(png(10, 10, bomb)))).toBe("image_damaged");
    expect(codeOf(() => readPng(png(10, 10, deflateSync(Buffer.alloc(50)))))).toBe("image_damaged");
    // A profile is compressed, too: it is not looked into.
    const profile = chunk("iCCP", Buffer.concat([Buffer.from("x\0\0"), bomb]));
    const good = png(2, 1, deflateSync(Buffer.from([0, 1, 2])), { more: [profile] });
    expect(readPng(good).width).toBe(2);
  });

  it("is read as another decoder reads it, whatever the filters of its rows", () => {
    for (const [colour, depth, step] of [
      [0, 8, 1],
      [2, 8, 3],
      [2, 16, 6],
    ] as const) {
      const line = 1 + 23 * step;
      const data = Buffer.from(Array.from({ length: line * 15 }, (_, at) => (at * 73) ^ (at >> 3)));
      for (let row = 0; row < 15; row++) data[row * line] = row % 5;
      const file = png(23, 15, deflateSync(data), { colour, depth });
      const theirs = decode(file).data;
      const { rgb } = readPng(file);
      const values = Array.from(rgb).filter((_, at) => step > 1 || at % 3 === 0);
      expect(values).toEqual(Array.from(theirs, (value) => (depth === 16 ? value >> 8 : value)));
    }
    expect(codeOf(() => readPng(png(1, 1, deflateSync(Buffer.from([5, 0])))))).toBe("image_damaged");
  });

  it("with a second header or palette, or one too long, is refused", () => {
    const data = deflateSync(Buffer.from([0, 1]));
    const head = (width: number, height: number) => png(width, height, data).subarray(8, 33);
    const colours = chunk("PLTE", Buffer.alloc(6));
    const of = (more: Buffer[], colour = 0) => codeOf(() => readPng(png(1, 1, data, { colour, more })));
    expect(of([head(8_000_000, 1)])).toBe("image_damaged");
    expect(of([head(1, 1)])).toBe("image_damaged");
    expect(of([colours], 3)).toBe("taken");
    expect(of([colours, colours], 3)).toBe("image_damaged");
    expect(of([colours, chunk("tRNS", Buffer.alloc(1)), chunk("tRNS", Buffer.alloc(1))], 3)).toBe("image_damaged");
    expect(of([chunk("PLTE", Buffer.alloc(771))], 3)).toBe("image_damaged");
    expect(of([], 3)).toBe("image_damaged");
    expect(codeOf(() => readPng(png(1, 1, deflateSync(Buffer.from([0, 7])), { colour: 3, more: [colours] })))).toBe(
      "image_damaged",
    );
  });

  it.each([
    ["inflates to 32 MB", png(2000, 2000, Buffer.alloc(0), { colour: 6, depth: 16 }), "image_too_large"],
    ["has too many pixels", png(4001, 1001, Buffer.alloc(0)), "image_too_large"],
    ["is too wide", png(8193, 1, Buffer.alloc(0)), "image_too_large"],
    ["has a size of four thousand millions", png(0xffffffff, 0xffffffff, Buffer.alloc(0)), "image_too_large"],
    ["has no height", png(5, 0, Buffer.alloc(0)), "image_format"],
    ["names colours that there are not", png(5, 5, Buffer.alloc(0), { colour: 5 }), "image_format"],
    ["is interlaced", png(5, 5, Buffer.alloc(0), { interlace: 1 }), "image_unsupported"],
    ["ends early", pngOf(picture).subarray(0, 200), "image_truncated"],
    ["is a signature alone", pngOf(picture).subarray(0, 8), "image_truncated"],
    ["has a wrong checksum", flipped(pngOf(picture), 30), "image_damaged"],
    ["has a length beyond its end", longer(pngOf(picture)), "image_truncated"],
  ])("that %s is refused", (_, file, code) => {
    expect(codeOf(() => readPng(file as Buffer))).toBe(code);
  });
});

describe("JPEG", () => {
  const file = jpegOf(picture, 90);

  it("is read, nearly as it was", () => {
    const { width, height, rgb } = readJpeg(jpegOf({ width: 16, height: 16, rgb: new Uint8Array(768).fill(200) }, 95));
    expect([width, height, rgb.length]).toEqual([16, 16, 768]);
    expect(Math.abs((rgb[300] ?? 0) - 200)).toBeLessThan(4);
  });

  it("that is cut, damaged or too large is refused", () => {
    expect(codeOf(() => readJpeg(file.subarray(0, 100)))).toBe("image_truncated");
    expect(codeOf(() => readJpeg(Buffer.concat([file.subarray(0, 20), Buffer.alloc(50), file.subarray(20)])))).toMatch(
      /^image_/,
    );
    const at = file.indexOf(Buffer.from([0xff, 0xc0]));
    const large = Buffer.from(file);
    large.writeUInt16BE(60_000, at + 5);
    large.writeUInt16BE(60_000, at + 7);
    expect(codeOf(() => readJpeg(large))).toBe("image_too_large");
    const sampled = Buffer.from(file);
    sampled[at + 11] = 0x44;
    expect(codeOf(() => readJpeg(sampled))).toBe("image_unsupported");
    const lossless = Buffer.from(file);
    lossless[at + 1] = 0xc3;
    expect(codeOf(() => readJpeg(lossless))).toBe("image_unsupported");
  });

  it("with a scan again and again is refused", () => {
    const scan = file.indexOf(Buffer.from([0xff, 0xda]));
    const more = Array.from({ length: 30 }, () => file.subarray(scan, file.length - 2));
    const many = Buffer.concat([file.subarray(0, scan), ...more, file.subarray(file.length - 2)]);
    expect(codeOf(() => readJpeg(many))).toBe("image_unsupported");
  });
});

describe("a JPEG that its decoder reads differently than its lengths say", () => {
  const file = jpegOf(picture, 90);
  const scan = file.indexOf(Buffer.from([0xff, 0xda]));
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
  const tables = file.indexOf(Buffer.from([0xff, 0xc4]));
  /** What would not be seen: scans within a segment that is longer than the decoder thinks. */
  const scans = Buffer.concat(Array.from({ length: 30 }, () => file.subarray(scan, file.length - 2)));
  const segment = (marker: number, body: Buffer, length = body.length + 2): Buffer => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(length, 2);
    return Buffer.concat([head, body]);
  };
  const before = (at: number, more: Buffer): Buffer => Buffer.concat([file.subarray(0, at), more, file.subarray(at)]);
  const longer = (at: number): Buffer => {
    const end = at + 2 + file.readUInt16BE(at + 2);
    const body = Buffer.concat([file.subarray(at + 4, end), scans]);
    return Buffer.concat([file.subarray(0, at), segment(file[at + 1] as number, body), file.subarray(end)]);
  };
  const selected = Buffer.concat([Buffer.from([9]), Buffer.alloc(18, 1), Buffer.from([0, 63, 0])]);

  it.each([
    ["a restart interval with more behind it", before(scan, segment(0xdd, Buffer.concat([Buffer.alloc(2), scans])))],
    ["a frame with more behind it", longer(frame)],
    ["a scan's header with more behind it", longer(scan)],
    ["tables with more behind them", longer(tables)],
    ["a table that goes on behind its segment", before(scan, segment(0xdb, Buffer.alloc(30)))],
    ["a number of lines", before(scan, segment(0xdc, Buffer.from([0, 30])))],
    ["a segment without a length", before(scan, segment(0xe0, scans, 0))],
    ["a zero for a marker", before(scan, segment(0, scans))],
    ["a second frame", before(scan, file.subarray(frame, frame + 19))],
    ["a scan of one component nine times", before(scan, segment(0xda, selected))],
    ["a scan before its frame", before(frame, file.subarray(scan, file.length - 2))],
    ["a marker without its first byte that leads into a segment", jump()],
  ])("by %s is refused", (_, bad) => {
    expect(codeOf(() => readJpeg(bad))).toMatch(/^image_(damaged|unsupported)$/);
  });

  it("is refused for its blocks, and not for a restart interval or a comment of the right length", () => {
    const harmless = before(
      scan,
      Buffer.concat([segment(0xdd, Buffer.alloc(2)), segment(0xfe, scans.subarray(0, 900))]),
    );
    expect(readJpeg(harmless).width).toBe(40);
    const large = Buffer.from(file);
    large.writeUInt16BE(1100, frame + 5);
    large.writeUInt16BE(1100, frame + 7);
    expect(codeOf(() => readJpeg(large))).toBe("image_too_large");
  });

  /** After a picture's last unit: a restart, then 00 E0 and how far to go on, to the middle of a comment. */
  function jump(): Buffer {
    const lead = Buffer.from([0xff, 0xd0, 0x00, 0xe0, 0x00, 0x08]);
    const to = Buffer.concat([Buffer.from([1, 1]), segment(0xfe, Buffer.concat([scans, Buffer.from([0xff, 0xd9])]))]);
    return Buffer.concat([file.subarray(0, file.length - 2), lead, to, file.subarray(file.length - 2)]);
  }
});

describe("a picture", () => {
  it("that is neither is refused", () => {
    for (const file of [Buffer.alloc(0), Buffer.from("GIF89a........"), Buffer.alloc(100)]) {
      expect(codeOf(() => decodePicture(file))).toBe("image_format");
    }
  });

  it("has the features that the model was trained on", () => {
    const out = new Float32Array(PICTURE_FEATURES.length);
    putPictureFeatures(picture, out, 0);
    expect(out.length).toBe(583);
    expect(out.every(Number.isFinite)).toBe(true);
    const rounded = JSON.stringify(Array.from(out, (value) => Math.round(value * 1e4)));
    expect(createHash("sha256").update(rounded).digest("hex").slice(0, 16)).toBe("04425f38f1023a2f");
  });

  it("has the same features twice as large, nearly, and any size at all", () => {
    const [small, large] = [300, 600].map((width) => {
      const rgb = Uint8Array.from({ length: width * width * 3 }, (_, at) =>
        Math.floor(((at / 3) % width) / (width / 10)) % 2 === 0 ? 230 : 20,
      );
      const out = new Float32Array(PICTURE_FEATURES.length);
      putPictureFeatures({ width, height: width, rgb }, out, 0);
      return out;
    });
    const far = (small as Float32Array).map((value, at) => Math.abs(value - (large?.[at] ?? 0)));
    expect(Math.max(...far)).toBeLessThan(0.1);
    for (const [width, height] of [
      [1, 1],
      [1, 500],
      [500, 1],
      [3000, 2],
    ] as const) {
      const out = new Float32Array(PICTURE_FEATURES.length);
      putPictureFeatures({ width, height, rgb: new Uint8Array(width * height * 3) }, out, 0);
      expect(out.every(Number.isFinite)).toBe(true);
    }
  });
});

function flipped(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function longer(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  copy.writeUInt32BE(0x7fffffff, copy.indexOf("IDAT") - 4);
  return copy;
}
