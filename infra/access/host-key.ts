import { createHash } from "node:crypto";

/** A server's public key, as OpenSSH writes it. */
export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa` … */
  readonly type: string;
  /** The key blob (RFC 4253 §6.6), what the server sends in the key exchange. */
  readonly blob: Buffer;
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/**
 * Reads `ssh-ed25519 AAAA… [comment]`, the content of an `/etc/ssh/ssh_host_*_key.pub`.
 * @throws Error saying what is wrong with the text.
 */
export function parseHostKey(text: string): HostKey {
  const [type = "", encoded = ""] = text.trim().split(/\s+/);
  if (!Object.hasOwn(TYPES, type)) {
    throw new Error(`"${type}" is not a host key type; expected one of ${Object.keys(TYPES).join(", ")}`);
  }
  const blob = Buffer.from(encoded, "base64");
  if (encoded === "" || blob.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, "")) {
    throw new Error("the part after the key type is not base64");
  }
  if (keyType(blob) !== type) {
    throw new Error(`the key material is of type "${keyType(blob)}", not ${type}; it is cut off or mixed up`);
  }
  return { type, blob };
}

/** The type that a key blob names in its first field; empty when the blob is malformed. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return "";
  const length = blob.readUInt32BE(0);
  return length > 64 || blob.length <= 4 + length ? "" : blob.toString("latin1", 4, 4 + length);
}

/** `SHA256:…`, as `ssh-keygen -lf` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Signature algorithms by which a server can prove that it holds a key of this type. */
export function hostKeyAlgorithms(type: string): readonly string[] {
  return TYPES[type] ?? [type];
}
