import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { MLDSA87 } from "../../images/runtime/pqc/keys.ts";
import { verifyBundle } from "../../images/runtime/soc/bundle-signature.ts";
import { ExitError } from "./errors.ts";

/** Largest file that is read, bytes: the answer that had a bundle is the largest. */
const MAX_BYTES = 1024 * 1024;

/** `dsmil coalition`: what partners can check of a bundle that a tenant shared, without the fleet. */
export function registerCoalition(program: Command): void {
  const coalition = program.command("coalition").description("Check what a tenant shared with its partners.");
  coalition
    .command("verify")
    .description("Check offline who signed a bundle. Exit code: 0 it holds, 1 it does not, 2 a file cannot be used.")
    .argument("<bundle>", "the bundle's text, exactly as it was answered")
    .argument("<signature>", "JSON with `certificate` and `signature`, such as the answer itself")
    .requiredOption("--root <key>", "the fleet root's public key in hex, or a file that holds it")
    .option("--json", "print JSON")
    .action(verify);
}

/** What was found of a bundle. */
type Outcome =
  | { readonly valid: true; readonly signer: string; readonly issued_at: string }
  | { readonly valid: false; readonly reason: string };

function verify(
  bundle: string,
  signature: string,
  { root, json = false }: { readonly root: string; readonly json?: boolean },
): void {
  const bytes = read(bundle);
  const outcome = outcomeOf(bytes, read(signature).toString("utf8"), rootIn(root));
  const line = outcome.valid ? `valid: signed by ${outcome.signer}` : `not valid: ${outcome.reason}`;
  process.stdout.write(`${json ? JSON.stringify(outcome) : line}\n`);
  if (!outcome.valid) throw new ExitError(1);
}

function outcomeOf(bytes: Buffer, signature: string, root: string): Outcome {
  try {
    const { subject, issuedAt } = verifyBundle(bytes, signature, root, Date.now());
    return { valid: true, signer: subject, issued_at: issuedAt };
  } catch (error) {
    return { valid: false, reason: (error as Error).message };
  }
}

function rootIn(root: string): string {
  const isKey = (text: string): boolean => /^[0-9a-f]+$/.test(text) && text.length === 2 * MLDSA87.publicKey;
  if (isKey(root)) return root;
  const text = read(root).toString("utf8").trim();
  return isKey(text) ? text : unusable(`${root.slice(0, 100)} is no ML-DSA-87 public key in hex`);
}

function read(path: string): Buffer {
  try {
    if (statSync(path).size > MAX_BYTES) return unusable(`${path} has more than ${MAX_BYTES} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof ExitError) throw error;
    return unusable(`${path.slice(0, 100)} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function unusable(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  throw new ExitError(2);
}
