import { InputError } from "../input-error.ts";
import { resample } from "../speech/resample.ts";
import { FRAME, logBands } from "../speech/spectrum.ts";
import { readWav } from "../speech/wav.ts";
import { PICTURE_FEATURES, putPictureFeatures } from "../vision/features.ts";
import { isJpeg, readJpeg } from "../vision/jpeg.ts";
import { isPng, readPng } from "../vision/png.ts";

/** What is left of a picture when it is decoded. */
export interface DecodedPicture {
  readonly features: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpeg";
}

/** What is left of a sound. */
export interface DecodedSound {
  /** As `logBands` tells them. */
  readonly bands: Float32Array;
  /** Seconds. */
  readonly duration: number;
}

/** A picture as the model takes it. @throws InputError */
export function decodePicture(file: Buffer): DecodedPicture {
  const format = isPng(file) ? "png" : isJpeg(file) ? "jpeg" : undefined;
  if (!format) throw new InputError("image_format", "the picture is neither PNG nor JPEG");
  const picture = format === "png" ? readPng(file) : readJpeg(file);
  const features = new Float32Array(PICTURE_FEATURES.length);
  putPictureFeatures(picture, features, 0);
  return { features, width: picture.width, height: picture.height, format };
}

/** A sound as the model takes it. @throws InputError */
export function decodeSound(file: Buffer): DecodedSound {
  const sound = readWav(file);
  const samples = resample(sound);
  if (samples.length < FRAME) throw new InputError("audio_empty", "the sound is shorter than 32 ms");
  return { bands: logBands(samples), duration: sound.samples.length / sound.rate };
}
