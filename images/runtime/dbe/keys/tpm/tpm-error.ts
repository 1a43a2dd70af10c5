import { KeyError, type KeyProblem } from "../key-error.ts";

/** Response codes (TPM 2.0 part 2, 6.6) that a person can do something about, without the handle's or session's number. */
const KNOWN: ReadonlyMap<number, readonly [KeyProblem, string]> = new Map([
  [
    0x09d,
    [
      "boot-state",
      "the PCRs are not those the key was sealed to: this machine started other firmware or another Secure Boot policy. " +
        "If that was intended, make a new key (docs/pqc.md, Rotation); if not, the machine may have been tampered with",
    ],
  ] as const,
  [
    0x09f,
    [
      "other-sealer",
      "the key was sealed by another TPM, or its sealed file was changed; make a new key (docs/pqc.md, Rotation)",
    ],
  ],
  [
    0x0a2,
    ["refused", "the owner hierarchy has a password; clear it in the firmware's set-up (tpm2_changeauth -c owner)"],
  ],
  [
    0x08e,
    ["refused", "the owner hierarchy has a password; clear it in the firmware's set-up (tpm2_changeauth -c owner)"],
  ],
  [
    0x121,
    ["refused", "the TPM is locked after too many wrong tries; wait, or run: tpm2_dictionarylockout --clear-lockout"],
  ],
  [0x100, ["away", "the TPM was not started up; restart the machine or its software TPM"]],
  [0x12f, ["refused", "the object is not one of ours: it takes no policy; make a new key (docs/pqc.md, Rotation)"]],
]);

/** What a failed tool of tpm2-tools means. `words`: its standard error. */
export function tpmError(tcti: string, tool: string, words: string): KeyError {
  const [, hex] = /\(0x([0-9A-F]{1,8})\)\s*-\s*tpm:/i.exec(words) ?? [];
  const code = hex === undefined ? undefined : baseCode(Number.parseInt(hex, 16));
  const [problem, meaning] = (code === undefined ? undefined : KNOWN.get(code)) ?? [];
  if (problem !== undefined) return new KeyError(problem, `the TPM at ${tcti} refuses (${tool}, 0x${hex}): ${meaning}`);
  if (hex === undefined && /tcti/i.test(words)) {
    return new KeyError(
      "away",
      `there is no TPM at ${tcti}: check that the device is there, is given to the container, and may be opened by its user`,
    );
  }
  const last = words.trim().split("\n").slice(-3, -1).join(" ").slice(0, 300);
  return new KeyError("refused", `the TPM at ${tcti} refuses ${tool}: ${last || "no reason given"}`);
}

/** A response code without the number of the handle, session or parameter it speaks of (part 2, 6.6.2). */
function baseCode(code: number): number {
  const format1 = (code & 0x080) !== 0;
  return format1 ? code & 0x0bf : code & 0x17f;
}
