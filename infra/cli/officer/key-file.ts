import { readGuarded } from "../../../images/runtime/dbe/keys/guarded-file.ts";
import { type Signer, signer } from "../../../images/runtime/pqc/signer.ts";
import { UserError } from "../errors.ts";

/** A seed in hex and a line's end, with room to tell that it is too long. */
const MAX_BYTES = 256;

/** An officer's key, from a file with 64 hex digits that nobody else may read. @throws UserError */
export async function readOfficerKey(file: string): Promise<Signer> {
  try {
    const bytes = await readGuarded(file, "the officer's key", MAX_BYTES);
    const seed = bytes.toString("latin1").trim();
    bytes.fill(0);
    return signer(seed);
  } catch (error) {
    throw new UserError((error as Error).message, "`bin/dsmil officer keygen` makes such a file");
  }
}
