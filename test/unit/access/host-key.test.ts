import { expect, test } from "vitest";
import { fingerprint, hostKeyAlgorithms, keyType, parseHostKey } from "../../../infra/access/host-key.ts";
import { KEY_A, KEY_B } from "./host-keys.ts";

test("reads type and blob", () => {
  const { type, blob } = parseHostKey(`${KEY_A} comment`);
  expect(type).toBe("ssh-ed25519");
  expect(keyType(blob)).toBe("ssh-ed25519");
  expect(blob).toHaveLength(51);
});

test("prints the fingerprint that ssh-keygen -lf prints", () => {
  expect(fingerprint(parseHostKey(KEY_A).blob)).toBe("SHA256:P4BaECHtzoEYiB1DVN6dUZ+EOSnBrkJhaP0U2Fwo5/8");
  expect(fingerprint(parseHostKey(KEY_B).blob)).toBe("SHA256:xDwOAg90daD8G/ZGp+AnLNKHS7Qs/24dODhfUugvAJ4");
});

test("a cut-off blob has no type", () => {
  expect(keyType(Buffer.from([0, 0, 0, 11, 115]))).toBe("");
  expect(keyType(Buffer.alloc(0))).toBe("");
});

test("an RSA key is proved with SHA-2 only", () => {
  expect(hostKeyAlgorithms("ssh-rsa")).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
});
