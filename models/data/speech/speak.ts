import { execFileSync } from "node:child_process";
import { resample } from "../../../images/l7-perception/src/speech/resample.ts";
import { readWav } from "../../../images/l7-perception/src/speech/wav.ts";
import type { Voice } from "./voices.ts";

/** Longest answer of espeak-ng, bytes. */
const MOST = 8 * 1024 * 1024;
/** Loudness below which nothing is spoken, and how long a pause ends a text, values at 8 kHz. */
const QUIET = 0.004;
const PAUSE = 2000;

/** The version of espeak-ng, of which the same version says the same; undefined where there is none. */
export function espeakVersion(): string | undefined {
  try {
    return /text-to-speech: ([\w.-]+)/.exec(execFileSync("espeak-ng", ["--version"], { encoding: "utf8" }))?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Lets espeak-ng speak texts, each for itself, and returns their sounds at 8 kHz without the silence around them.
 * @throws Error when there is no espeak-ng, or it says another number of texts
 */
export function speak(texts: readonly string[], { name, speed, pitch }: Voice): Float32Array[] {
  const options = ["-v", name, "-s", String(speed), "-p", String(pitch), "--stdout", "-m"];
  const marked = texts.map((text) => `<p>${text}</p>`).join('<break time="700ms"/>');
  const wav = execFileSync("espeak-ng", [...options, `<speak>${marked}</speak>`], { maxBuffer: MOST });
  const found = parts(resample(readWav(wav, { streamed: true })));
  if (found.length !== texts.length)
    throw new Error(`espeak-ng said ${found.length} of ${texts.length} texts (${name})`);
  return found;
}

/** What lies between pauses. */
function parts(samples: Float32Array): Float32Array[] {
  const found: Float32Array[] = [];
  let begun = -1;
  let last = 0;
  for (let at = 0; at < samples.length; at++) {
    if (Math.abs(samples[at] ?? 0) < QUIET) {
      if (begun >= 0 && at - last > PAUSE) {
        found.push(samples.slice(begun, last + 1));
        begun = -1;
      }
      continue;
    }
    if (begun < 0) begun = at;
    last = at;
  }
  if (begun >= 0) found.push(samples.slice(begun, last + 1));
  return found.filter((part) => part.length > PAUSE / 4);
}
