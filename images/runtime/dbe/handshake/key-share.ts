import {
  createECDH,
  createPublicKey,
  decapsulate,
  type ECDH,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { DbeError } from "../codec/error.ts";
import { SIZES } from "./suite.ts";

const CURVE = "secp384r1";
const UNCOMPRESSED = 0x04;

/** What two fresh exchanges gave: ECDH, then ML-KEM; wipe it after use. */
export interface SharedSecrets {
  readonly ecdh: Buffer;
  readonly kem: Buffer;
}

/** The initiator's fresh keys, for one handshake. */
export class InitiatorShare {
  /** Uncompressed point, 97 bytes. */
  readonly point: Buffer;
  /** ML-KEM-1024 encapsulation key, 1568 bytes. */
  readonly encapsulationKey: Buffer;
  readonly #ecdh: ECDH;
  readonly #kem: KeyObject;

  constructor() {
    this.#ecdh = createECDH(CURVE);
    this.point = this.#ecdh.generateKeys();
    const { privateKey, publicKey } = generateKeyPairSync("ml-kem-1024");
    this.#kem = privateKey;
    this.encapsulationKey = publicKey.export({ format: "raw-public" });
  }

  /**
   * A ciphertext for another key gives a secret of its own (FIPS 203 §7.3): the transcript's tags show it.
   * @throws DbeError MALFORMED for a point that is not on the curve
   */
  agree(point: Buffer, ciphertext: Buffer): SharedSecrets {
    return { ecdh: derive(this.#ecdh, point), kem: decapsulate(this.#kem, ciphertext) };
  }
}

/**
 * The responder's half: its own point and a ciphertext for the initiator's key.
 * @throws DbeError MALFORMED for a point that is not on the curve, or an encapsulation key that is not canonical
 */
export function respond(share: { point: Buffer; encapsulationKey: Buffer }): {
  readonly point: Buffer;
  readonly ciphertext: Buffer;
  readonly secrets: SharedSecrets;
} {
  const kemKey = encapsulationKey(share.encapsulationKey);
  const ecdh = createECDH(CURVE);
  const point = ecdh.generateKeys();
  const secret = derive(ecdh, share.point);
  const { sharedKey, ciphertext } = encapsulate(kemKey);
  return { point, ciphertext, secrets: { ecdh: secret, kem: sharedKey } };
}

function derive(ecdh: ECDH, point: Buffer): Buffer {
  // Node takes compressed and hybrid points too: one form only, so that a share has one encoding.
  if (point.length !== SIZES.point || point[0] !== UNCOMPRESSED) {
    throw new DbeError("MALFORMED", "an ECDH point must be uncompressed, 97 bytes");
  }
  try {
    return ecdh.computeSecret(point);
  } catch {
    throw new DbeError("MALFORMED", "an ECDH point is not on P-384");
  }
}

function encapsulationKey(key: Buffer): KeyObject {
  try {
    return createPublicKey({ key, format: "raw-public", asymmetricKeyType: "ml-kem-1024" });
  } catch {
    throw new DbeError("MALFORMED", "an ML-KEM-1024 encapsulation key with coefficients out of range");
  }
}
