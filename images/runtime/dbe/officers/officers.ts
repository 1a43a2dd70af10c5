import { createHash } from "node:crypto";
import { Fields } from "../../fields.ts";
import { MLDSA87 } from "../../pqc/keys.ts";

/** Someone who may sign protected requests of a tenant. */
export interface Officer {
  /** Hex SHA-256 of the raw public key. */
  readonly id: string;
  /** Hex of the raw ML-DSA-87 public key. */
  readonly publicKey: string;
  /** Who it is; two keys of one person count once. */
  readonly person: string;
}

/** A tenant's officers by key id, hex. */
export type Officers = ReadonlyMap<string, Officer>;

/** Most officers of a tenant. */
const MOST = 50;
const PERSON = /^[\x21-\x7e]{1,128}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const PUBLIC_KEY = new RegExp(`^[0-9a-f]{${2 * MLDSA87.publicKey}}$`);

/**
 * Reads the list `officers` of a file.
 * @throws Error with what is wrong
 */
export function parseOfficers(fields: Fields): Officers {
  const officers = new Map<string, Officer>();
  for (const entry of fields.list("officers", MOST)) {
    const officer = Fields.of(entry, "an officer", ["id", "publicKey", "person"]);
    const [id, publicKey] = [officer.text("id", SHA256), officer.text("publicKey", PUBLIC_KEY)];
    const real = createHash("sha256").update(publicKey, "hex").digest("hex");
    if (id !== real) throw officer.wrong("id", "must be the SHA-256 of the public key");
    if (officers.has(id)) throw fields.wrong("officers", `has the key ${id.slice(0, 16)}… twice`);
    officers.set(id, { id, publicKey, person: officer.has("person") ? officer.text("person", PERSON) : id });
  }
  return officers;
}
