import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeSound } from "../../../images/l7-perception/src/decoder/decode.ts";
import { activeStretches } from "../../../images/l7-perception/src/speech/activity.ts";
import { putSpeechFeatures, SPEECH_FEATURES } from "../../../images/l7-perception/src/speech/features.ts";
import { resample } from "../../../images/l7-perception/src/speech/resample.ts";
import { BANDS, logBands } from "../../../images/l7-perception/src/speech/spectrum.ts";
import { spot } from "../../../images/l7-perception/src/speech/spotter.ts";
import { readWav } from "../../../images/l7-perception/src/speech/wav.ts";
import { SPEECH_COLUMNS } from "../../../images/l7-perception/src/speech/words.ts";
import { wavOf } from "./files.ts";

const tone = (hz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / rate));
const good = wavOf(tone(440, 16_000, 0.5), 16_000);
const codeOf = (file: Buffer): string => {
  try {
    decodeSound(file);
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "taken";
};
/** The good file with other bytes. */
const changed = (change: (file: Buffer) => void): Buffer => {
  const file = Buffer.from(good);
  change(file);
  return file;
};

describe("WAV", () => {
  it("is read, of one channel and of two, whose mean is taken", () => {
    expect(readWav(good)).toMatchObject({ rate: 16_000 });
    const both = readWav(wavOf([0.5, -0.5, 0.5, 0.25], 8000, 2));
    expect([...both.samples].map((value) => Math.round(value * 1000))).toEqual([0, 375]);
  });

  it.each([
    ["is empty", Buffer.alloc(0), "audio_format"],
    ["is an MP3", Buffer.from("ID3\x04\0\0\0\0\0\0.........................", "latin1"), "audio_format"],
    ["is a header alone", good.subarray(0, 12), "audio_format"],
    ["is cut", good.subarray(0, 4000), "audio_truncated"],
    ["says that it is longer than it is", changed((file) => file.writeUInt32LE(0xfffffff0, 40)), "audio_truncated"],
    ["has no values", wavOf([], 16_000), "audio_empty"],
    ["has a few values", wavOf([0, 0, 0], 16_000), "audio_empty"],
    ["has another codec", changed((file) => file.writeUInt16LE(85, 20)), "audio_codec"],
    ["has 8 bits", changed((file) => file.writeUInt16LE(8, 34)), "audio_codec"],
    ["has six channels", changed((file) => file.writeUInt16LE(6, 22)), "audio_codec"],
    ["has no channel", changed((file) => file.writeUInt16LE(0, 22)), "audio_codec"],
    ["is too slow", changed((file) => file.writeUInt32LE(1, 24)), "audio_codec"],
    ["is too fast", changed((file) => file.writeUInt32LE(192_000, 24)), "audio_codec"],
    ["has another block size", changed((file) => file.writeUInt16LE(7, 32)), "audio_format"],
    ["has its data before its format", changed((file) => file.write("data", 12, "latin1")), "audio_format"],
    ["is too long", wavOf(new Float32Array(8000 * 21), 8000), "audio_too_long"],
  ])("that %s is refused", (_, file, code) => {
    expect(codeOf(file)).toBe(code);
  });
});

describe("a sound", () => {
  it.each([8000, 11_025, 16_000, 22_050, 44_100, 48_000])("of %i Hz sounds as it did at 8 kHz", (rate) => {
    const [there, here] = [tone(1000, 8000, 0.4), resample({ rate, samples: tone(1000, rate, 0.4) })];
    expect(Math.abs(here.length - there.length)).toBeLessThan(2);
    for (let at = 400; at < 2800; at++) expect(Math.abs((here[at] ?? 9) - (there[at] ?? 0))).toBeLessThan(0.03);
  });

  it("has nothing left of what is above 4 kHz", () => {
    const left = resample({ rate: 48_000, samples: tone(9000, 48_000, 0.4) });
    expect(Math.max(...left.subarray(400, 2800))).toBeLessThan(0.01);
  });

  it("has the features that the model was trained on", () => {
    const bands = logBands(tone(700, 8000, 1.5));
    const out = new Float32Array(SPEECH_FEATURES.length);
    putSpeechFeatures(bands, 30, out, 0);
    expect([out.length, Math.max(...out)]).toEqual([960, 1]);
    const rounded = JSON.stringify(Array.from(out, (value) => Math.round(value * 1e3)));
    expect(createHash("sha256").update(rounded).digest("hex").slice(0, 16)).toBe("39f62d0022aece01");
  });

  it("is silent where nothing is, and before and after it", () => {
    expect(activeStretches(logBands(new Float32Array(16_000)))).toEqual([]);
    const samples = new Float32Array(24_000);
    samples.set(tone(500, 8000, 0.5), 8000);
    const [stretch, ...more] = activeStretches(logBands(samples));
    expect(more).toEqual([]);
    expect(Math.abs((stretch?.from ?? 0) - 50)).toBeLessThan(3);
    const out = new Float32Array(SPEECH_FEATURES.length);
    putSpeechFeatures(logBands(samples), 0, out, 0);
    expect([...out.subarray(0, 24 * BANDS)].every((value) => value === 0)).toBe(true);
  });

  it("has a word once, where it is likeliest", () => {
    const rows = Array.from({ length: 20 }, (_, at) => {
      const row = new Float32Array(SPEECH_COLUMNS.length);
      row[2] = at >= 8 && at <= 11 ? 0.99 : 0.1;
      row[0] = at === 3 ? 0.99 : 0;
      return row;
    });
    const found = spot(rows.length, 2, (window) => rows[window] as Float32Array);
    expect(found.map(({ word }) => word)).toEqual(["alpha"]);
    expect(found[0]?.frame).toBeGreaterThanOrEqual(18);
  });
});
