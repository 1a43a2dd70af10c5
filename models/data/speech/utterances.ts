import { WORDS } from "../../../images/l7-perception/src/speech/words.ts";
import type { Random } from "../random.ts";
import { speak } from "./speak.ts";
import { OTHER_WORDS, UNSEEN_OTHER_WORDS } from "./vocabulary.ts";
import { voice } from "./voices.ts";

const RATE = 8000;

/** A word within a sound, and where: values at 8 kHz. */
export interface Spoken {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Words of one voice, one after the other with pauses and noise. */
export interface Utterance {
  readonly samples: Float32Array;
  readonly words: readonly Spoken[];
}

/**
 * Each known word once and `others` other words, in any order, by a voice by chance.
 * @throws Error as `speak`
 */
export function utterance(random: Random, unseen: boolean, others: number): Utterance {
  const vocabulary = unseen ? UNSEEN_OTHER_WORDS : OTHER_WORDS;
  const texts = shuffled([...WORDS, ...Array.from({ length: others }, () => random.pick(vocabulary))], random);
  return joined(texts, speak(texts, voice(random, unseen)), random);
}

/** Sounds of words, one after the other with pauses of 0.08 to 0.6 s, in noise of 8 to 40 dB below them. */
export function joined(texts: readonly string[], sounds: readonly Float32Array[], random: Random): Utterance {
  const pauses = texts.map(() => Math.round((0.08 + random.unit() * 0.52) * RATE));
  const begin = Math.round(0.3 * RATE);
  const length = begin * 2 + sounds.reduce((sum, sound, at) => sum + sound.length + (pauses[at] ?? 0), 0);
  const samples = new Float32Array(length);
  const words: Spoken[] = [];
  let at = begin;
  for (const [word, sound] of sounds.entries()) {
    const gain = 0.6 + random.unit() * 0.8;
    for (let index = 0; index < sound.length; index++) samples[at + index] = (sound[index] as number) * gain;
    words.push({ text: texts[word] as string, from: at, to: at + sound.length });
    at += sound.length + (pauses[word] as number);
  }
  addNoise(samples, random);
  return { samples, words };
}

/** White or dull noise, and now and then a hum. */
function addNoise(samples: Float32Array, random: Random): void {
  const power = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  const level = power * 10 ** (-(8 + random.unit() * 32) / 20);
  const dull = random.chance(0.5) ? 0.9 : 0;
  const hum = random.chance(0.2) ? level : 0;
  const loudness = 0.15 + random.unit() * 0.85;
  let noise = 0;
  for (let at = 0; at < samples.length; at++) {
    noise = dull * noise + (random.unit() * 2 - 1) * (dull > 0 ? 0.75 : 1.7);
    const added = noise * level + hum * Math.sin((2 * Math.PI * 50 * at) / RATE);
    samples[at] = Math.max(-1, Math.min(1, ((samples[at] as number) + added) * loudness));
  }
}

function shuffled(from: readonly string[], random: Random): string[] {
  const texts = [...from];
  for (let at = texts.length - 1; at > 0; at--) {
    const other = random.whole(0, at);
    [texts[at], texts[other]] = [texts[other] as string, texts[at] as string];
  }
  return texts;
}
