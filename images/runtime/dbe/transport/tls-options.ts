import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { CIPHER, GROUP } from "./protocol.ts";
import type { Credentials } from "./transport.ts";

/** TLS as both ends of a DBE channel offer it: one version, one group, one suite. A list would let others choose. */
export function tlsOptions({ cert, key, ca }: Credentials): SecureContextOptions {
  return {
    cert,
    key,
    ca,
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ecdhCurve: GROUP,
    ciphers: CIPHER,
    sigalgs: "ecdsa_secp384r1_sha384:ecdsa_secp256r1_sha256:ecdsa_secp521r1_sha512",
    // Every connection is a full handshake: a resumed one would not verify the certificate again.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}
