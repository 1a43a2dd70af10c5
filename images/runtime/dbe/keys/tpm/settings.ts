/** How a TPM 2.0 is reached and what a key is sealed to. */
export interface TpmSettings {
  /** tpm2-tss's name of the way to the TPM: `device:/dev/tpmrm0`, `swtpm:path=/run/swtpm/tpm.sock`. */
  readonly tcti: string;
  /** Bank and registers, in tpm2-tools' form: `sha256:0,7`. */
  readonly pcrs: string;
}

/** The kernel's resource manager: objects of one user of the TPM cannot crowd out another's. */
export const DEFAULT_TCTI = "device:/dev/tpmrm0";
/** Firmware (0) and the Secure Boot policy (7): what must hold before any of our code runs. */
export const DEFAULT_PCRS = "sha256:0,7";

/** A `tcti` that is taken: a device, or a software TPM's socket; never a command. */
export const TCTI_FORM = /^(?:device:\/dev\/[a-z0-9]+|swtpm:path=\/[\w./-]+)$/;
/** A `pcrs` that is taken: one bank, one to 24 registers. */
export const PCRS_FORM = /^sha256:(?:\d|1\d|2[0-3])(?:,(?:\d|1\d|2[0-3])){0,23}$/;

/** The registers of a `pcrs`, in order, each once. */
export function registers(pcrs: string): readonly number[] {
  const numbers = pcrs
    .slice(pcrs.indexOf(":") + 1)
    .split(",")
    .map(Number);
  return [...new Set(numbers)].sort((a, b) => a - b);
}
