import pc from "picocolors";
import { ManifestInvalid } from "../model/load.ts";

/** Ends the command with this code; what there was to say has been said. */
export class ExitError extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** An error a person can act on: one sentence on what is wrong, and the remedy. Shown without a stack. */
export class UserError extends Error {
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.name = "UserError";
    this.remedy = remedy;
  }
}

/** Prints an error for a person on stderr and returns the exit code: 1 for a known kind, 70 for a fault of ours. */
export function reportError(error: unknown): number {
  if (error instanceof ManifestInvalid) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  const known = error instanceof UserError || (error instanceof Error && error.name !== "Error" && !isBug(error));
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${pc.red("error:")} ${message}\n`);
  if (error instanceof UserError && error.remedy) process.stderr.write(`${pc.bold("remedy:")} ${error.remedy}\n`);
  if (process.env.DSMIL_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return known ? 1 : 70;
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
