import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { NodeSigner } from "../../../images/runtime/dbe/keys/node-signer.ts";
import { openKey } from "../../../images/runtime/dbe/keys/open-key.ts";
import { parseAttestation } from "../../../images/runtime/dbe/keys/quote/attest.ts";
import { decodeQuote, MAX_QUOTE_BYTES } from "../../../images/runtime/dbe/keys/quote/quote-bundle.ts";
import { QuoteError, type QuoteProblem } from "../../../images/runtime/dbe/keys/quote/quote-error.ts";
import { verifyQuote } from "../../../images/runtime/dbe/keys/quote/verify-quote.ts";
import { measure, type TpmFacts } from "../../../images/runtime/dbe/keys/tpm/measure.ts";
import { runTool } from "../../../images/runtime/dbe/keys/tpm/run-tool.ts";
import { seal, unseal } from "../../../images/runtime/dbe/keys/tpm/seal.ts";
import { Swtpm } from "../support/swtpm.ts";
import { type TpmRig, tpmRig } from "./key-rigs.ts";

let rig: TpmRig;
let publicKey: string;
beforeAll(async () => {
  rig = await tpmRig();
}, 300_000);
beforeEach(async () => {
  await rig.tpm.restart();
  publicKey = await rig.mint();
});
afterAll(() => rig?.destroy());

describe("a key sealed by a TPM", () => {
  it("does not open in another boot state, and opens again in its own", async () => {
    for (const register of [0, 7]) {
      await rig.tpm.extend(register);
      await expect(openKey(rig.place)).rejects.toMatchObject({
        problem: "boot-state",
        message: expect.stringContaining("the PCRs are not those the key was sealed to"),
      });
      await rig.tpm.restart();
      expect((await openKey(rig.place)).publicKey).toBe(publicKey);
    }
  });

  it("does not mind registers that it was not sealed to", async () => {
    await rig.tpm.extend(10);
    expect((await openKey(rig.place)).publicKey).toBe(publicKey);
  });

  it("does not open under other registers than it was sealed to", async () => {
    const opening = openKey({ ...rig.place, pcrs: "sha256:0" });
    await expect(opening).rejects.toMatchObject({ problem: "boot-state" });
  });

  it("does not open by another TPM", async () => {
    const other = await Swtpm.create();
    const opening = openKey({ ...rig.place, tcti: other.tcti });
    await expect(opening).rejects.toMatchObject({
      problem: "other-sealer",
      message: expect.stringContaining("was sealed by another TPM"),
    });
    await other.destroy();
  });

  it("says so when the TPM is away, or no tools are there", async () => {
    await rig.tpm.stop();
    const message = expect.stringContaining(`there is no TPM at ${rig.tpm.tcti}`);
    await expect(openKey(rig.place)).rejects.toMatchObject({ problem: "away", message });
    await expect(openKey({ ...rig.place, tcti: "device:/dev/tpmrm9" })).rejects.toMatchObject({ problem: "away" });
    await rig.tpm.start();
    const missing = runTool(rig.tpm.tcti, "tpm2_that_is_not_there", []);
    await expect(missing).rejects.toMatchObject({
      problem: "away",
      message: expect.stringContaining("dsmil-tpm-tools"),
    });
  });

  it("takes no password, and cannot be sealed anew to another policy", async () => {
    const settings = { tcti: rig.tpm.tcti, pcrs: "sha256:0,7" };
    const secret = randomBytes(32);
    const sealed = await seal(settings, secret);
    expect(await unseal(settings, sealed)).toEqual(secret);
    // Attributes are 4 bytes at offset 6 of TPM2B_PUBLIC: fixedTPM, fixedParent, noDA; no userWithAuth.
    expect(sealed.publicPart.readUInt32BE(6)).toBe(0x0412);
    for (const part of [sealed.privatePart, sealed.publicPart]) expect(part.includes(secret)).toBe(false);
    const changed = Buffer.from(sealed.publicPart);
    changed.writeUInt8(changed.readUInt8(12) ^ 1, 12);
    await expect(unseal(settings, { ...sealed, publicPart: changed })).rejects.toMatchObject({
      problem: "other-sealer",
    });
  });

  it("leaves nothing in the TPM, however often it is opened", async () => {
    for (let i = 0; i < 5; i++) await openKey(rig.place);
    const held = async (what: string): Promise<string> =>
      (await runTool(rig.tpm.tcti, "tpm2_getcap", [what])).toString();
    expect(await held("handles-transient")).toBe("");
    expect(await held("handles-loaded-session")).toBe("");
    expect(await held("handles-saved-session")).toBe("");
    expect(readFileSync(rig.place.file).length).toBeLessThan(1024);
  });
});

describe("a quote", () => {
  let signer: NodeSigner;
  let facts: TpmFacts;
  let quote: Buffer;
  const nonce = randomBytes(48);
  const expected = () => ({ pcrs: facts.pcrs, digest: facts.pcrDigest });
  const problem = (check: () => unknown): QuoteProblem | undefined => {
    try {
      check();
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(QuoteError);
      return (error as QuoteError).problem;
    }
  };

  beforeEach(async () => {
    signer = await openKey(rig.place);
    facts = await measure(rig.place);
    quote = (await signer.quote?.(nonce)) ?? Buffer.alloc(0);
  });

  it("shows the registers to whoever knows the attestation key, also after a restart", async () => {
    expect(quote.length).toBeLessThan(MAX_QUOTE_BYTES);
    const before = verifyQuote(quote, nonce, facts.attestationKey, expected());
    expect(before.selections).toEqual([{ algorithm: 0x0b, registers: [0, 7] }]);
    const zeros = createHash("sha256").update(Buffer.alloc(64)).digest("hex");
    expect(facts.pcrDigest).toBe(zeros);
    await rig.tpm.restart();
    expect(await measure(rig.place)).toEqual(facts);
    const again = (await signer.quote?.(nonce)) ?? Buffer.alloc(0);
    expect(verifyQuote(again, nonce, facts.attestationKey, expected()).resetCount).toBeGreaterThan(before.resetCount);
  });

  it("does not hold for another nonce, key, register or boot state", async () => {
    const key = facts.attestationKey;
    expect(problem(() => verifyQuote(quote, randomBytes(48), key, expected()))).toBe("nonce");
    expect(problem(() => verifyQuote(quote, nonce, key, { ...expected(), pcrs: "sha256:16,23" }))).toBe("selection");
    expect(problem(() => verifyQuote(quote, nonce, key, { ...expected(), digest: "00".repeat(32) }))).toBe("pcrs");
    expect(problem(() => verifyQuote(quote, nonce, key, { ...expected(), digest: "" }))).toBe("pcrs");
    expect(problem(() => verifyQuote(quote, nonce, "00", expected()))).toBe("signature");
    await rig.tpm.extend(7);
    const after = (await signer.quote?.(nonce)) ?? Buffer.alloc(0);
    expect(problem(() => verifyQuote(after, nonce, key, expected()))).toBe("pcrs");
  });

  it("does not hold for another TPM", async () => {
    const other = await Swtpm.create();
    const { attestationKey } = await measure({ tcti: other.tcti, pcrs: facts.pcrs });
    await other.destroy();
    expect(problem(() => verifyQuote(quote, nonce, attestationKey, expected()))).toBe("signature");
  });

  it("is refused whole, whatever is changed in it", () => {
    const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const random = mulberry32(seed);
    const pick = (below: number): number => Math.floor(random() * below);
    for (let i = 0; i < 3000; i++) {
      const bytes = changed(quote, pick);
      if (bytes.equals(quote)) continue;
      const found = problem(() => verifyQuote(bytes, nonce, facts.attestationKey, expected()));
      tolerates(() => parseAttestation(changed(decodeQuote(quote).attestation, pick)));
      expect(found, `TEST_SEED=${seed}, round ${i}: ${bytes.toString("hex")}`).toMatch(/^(malformed|signature)$/);
    }
  });

  it("may be asked for by many at a time, within bounds", async () => {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => signer.quote?.(Buffer.from([i]))));
    const made = asked.filter(({ status }) => status === "fulfilled");
    expect(made.length).toBe(16);
    expect(asked.at(-1)).toMatchObject({ reason: { problem: "refused" } });
  });
});

/** Reads what nobody signed: it may be good or not, but the reader must know. */
function tolerates(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
  }
}

/** A copy with a few bits flipped, cut off, or with something added. */
function changed(original: Buffer, pick: (below: number) => number): Buffer {
  const bytes = Buffer.from(original);
  const way = pick(4);
  if (way === 0) return bytes.subarray(0, pick(bytes.length));
  if (way === 1) return Buffer.concat([bytes, Buffer.alloc(1 + pick(5000), pick(256))]);
  if (way === 2) {
    const at = pick(bytes.length - 2);
    bytes.writeUInt16BE(pick(65_536), at);
    return bytes;
  }
  for (let i = 0; i <= pick(4); i++) {
    const at = pick(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << pick(8)), at);
  }
  return bytes;
}

/** A small generator of numbers from a seed, so that a failed round can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
