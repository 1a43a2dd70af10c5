import { readFile } from "node:fs/promises";
import { KeyError } from "../key-error.ts";
import { encodeQuote, qualifyingData } from "../quote/quote-bundle.ts";
import { attestationKey } from "./objects.ts";
import type { TpmSettings } from "./settings.ts";
import { inWorkspace } from "./workspace.ts";

/** Most quotes that wait for the TPM at a time. */
const MAX_WAITING = 16;

/** A quote and the key that made it. */
export interface Quoted {
  /** For `verifyQuote`. */
  readonly quote: Buffer;
  /** Hex of the attestation key's SubjectPublicKeyInfo. */
  readonly attestationKey: string;
}

/** Makes quotes, one after the other: a TPM does one thing at a time. */
export class TpmQuoter {
  readonly #settings: TpmSettings;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(settings: TpmSettings) {
    this.#settings = settings;
  }

  /** @throws KeyError `away` or `refused` */
  async quote(nonce: Buffer): Promise<Quoted> {
    const { tcti } = this.#settings;
    // Whoever can start handshakes can ask for quotes: a queue without an end would be theirs to fill.
    if (this.#waiting >= MAX_WAITING)
      throw new KeyError("refused", `${MAX_WAITING} quotes wait for the TPM at ${tcti}`);
    this.#waiting++;
    const turn = this.#last.then(() => this.#make(nonce)).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #make(nonce: Buffer): Promise<Quoted> {
    return inWorkspace(this.#settings, async (w) => {
      const { context, spki } = await attestationKey(w);
      const [message, signature] = [w.path("quote.msg"), w.path("quote.sig")];
      const about = ["-l", this.#settings.pcrs, "-q", qualifyingData(nonce).toString("hex"), "-g", "sha256"];
      await w.run("tpm2_quote", ["-Q", "-c", context, ...about, "-m", message, "-s", signature, "-f", "tss"]);
      const quote = encodeQuote({ attestation: await readFile(message), signature: await readFile(signature) });
      return { quote, attestationKey: (await readFile(spki)).toString("hex") };
    });
  }
}
