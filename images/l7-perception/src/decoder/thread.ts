import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort } from "node:worker_threads";
import { InputError } from "../input-error.ts";
import { type DecodedPicture, type DecodedSound, decodePicture, decodeSound } from "./decode.ts";

/** What a decoder is asked. */
export interface DecoderJob {
  readonly what: "picture" | "sound";
  readonly file: Uint8Array;
}

/** What it says; `ready` once, before all else. */
export type DecoderAnswer =
  | { readonly ready: true }
  | { readonly done: DecodedPicture | DecodedSound }
  | { readonly refused: { readonly code: InputError["code"]; readonly message: string } };

/** The program of the thread that decodes: whatever a file does to it, the service goes on. One job at a time. */
export function serveDecoder(): void {
  setFlagsFromString("--expose-gc");
  // Of what a picture leaves behind most lies beside the heap, where it would be let grow.
  const clean = runInNewContext("gc") as () => void;
  parentPort?.on("message", ({ what, file }: DecoderJob) => {
    parentPort?.postMessage(answerTo(what, Buffer.from(file.buffer, file.byteOffset, file.length)));
    clean();
  });
  parentPort?.postMessage({ ready: true } satisfies DecoderAnswer);
}

function answerTo(what: DecoderJob["what"], file: Buffer): DecoderAnswer {
  try {
    return { done: what === "picture" ? decodePicture(file) : decodeSound(file) };
  } catch (error) {
    if (error instanceof InputError) return { refused: { code: error.code, message: error.message } };
    const code = what === "picture" ? "image_damaged" : "audio_format";
    return { refused: { code, message: "the file cannot be decoded" } };
  } finally {
    file.fill(0);
  }
}
