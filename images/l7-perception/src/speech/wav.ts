import { InputError } from "../input-error.ts";
import type { Sound } from "./sound.ts";

/** Bounds of a sound. */
export const WAV_BOUNDS = { minRate: 8000, maxRate: 48_000, maxSeconds: 20 } as const;

const PCM = 1;
const EXTENSIBLE = 0xfffe;
const HEADER = 12;
const CHUNK = 8;
const FORMAT = 16;
/** Most parts of a file that are looked at. */
const MAX_CHUNKS = 64;

interface Format {
  readonly channels: number;
  readonly rate: number;
}

/**
 * Reads a WAV file: PCM of 16 bits, one or two channels (their mean is taken), 8 to 48 kHz, 20 s at most.
 * @param streamed takes a file whose lengths were not known when it was begun, and is not bounded in time; for training
 * @throws InputError with what is wrong
 */
export function readWav(file: Buffer, { streamed = false } = {}): Sound {
  if (file.length < HEADER || file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new InputError("audio_format", "the sound is no WAV file (RIFF, WAVE); other formats are not read");
  }
  let format: Format | undefined;
  let at = HEADER;
  for (let chunk = 0; chunk < MAX_CHUNKS && at + CHUNK <= file.length; chunk++) {
    const id = file.toString("latin1", at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = file.subarray(at + CHUNK, at + CHUNK + length);
    if (body.length < length && !(streamed && id === "data")) {
      throw new InputError("audio_truncated", `the sound ends within its part ${JSON.stringify(id)}`);
    }
    if (id === "fmt ") format = formatOf(body);
    if (id === "data") {
      if (!format) throw new InputError("audio_format", "the sound's data comes before its format");
      return soundOf(body, format, streamed);
    }
    at += CHUNK + length + (length % 2);
  }
  throw new InputError("audio_format", "the sound has no data");
}

function formatOf(body: Buffer): Format {
  if (body.length < FORMAT) throw new InputError("audio_format", "the sound's format is too short");
  const [codec, channels, rate] = [body.readUInt16LE(0), body.readUInt16LE(2), body.readUInt32LE(4)];
  const [align, bits] = [body.readUInt16LE(12), body.readUInt16LE(14)];
  const real = codec === EXTENSIBLE && body.length >= 26 ? body.readUInt16LE(24) : codec;
  if (real !== PCM) throw new InputError("audio_codec", `the sound's codec is ${real}; only PCM (1) is read`);
  if (bits !== 16) throw new InputError("audio_codec", `the sound has ${bits} bits a value; only 16 are read`);
  if (channels < 1 || channels > 2)
    throw new InputError("audio_codec", `the sound has ${channels} channels; 1 or 2 are read`);
  if (align !== channels * 2) throw new InputError("audio_format", "the sound's block size does not fit its channels");
  const { minRate, maxRate } = WAV_BOUNDS;
  if (rate < minRate || rate > maxRate) {
    throw new InputError("audio_codec", `the sound has ${rate} values a second; ${minRate} to ${maxRate} are read`);
  }
  return { channels, rate };
}

function soundOf(body: Buffer, { channels, rate }: Format, streamed: boolean): Sound {
  const count = Math.floor(body.length / (2 * channels));
  if (count === 0) throw new InputError("audio_empty", "the sound holds nothing");
  const { maxSeconds } = WAV_BOUNDS;
  if (!streamed && count > maxSeconds * rate) {
    throw new InputError(
      "audio_too_long",
      `the sound is ${(count / rate).toFixed(1)} s long; ${maxSeconds} s are read`,
    );
  }
  const samples = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += body.readInt16LE((at * channels + channel) * 2);
    samples[at] = sum / (channels * 32_768);
  }
  return { rate, samples };
}
