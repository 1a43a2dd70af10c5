import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";
import type { TpmSettings } from "./settings.ts";

/**
 * One piece of work with the TPM: the tools hand objects to each other in files of a folder that goes with it. The TPM
 * encrypts what it saves there; a seed is never among it, seeds pass by standard input and output alone.
 */
export interface TpmWorkspace {
  /** Path of a file in the folder. */
  path(name: string): string;
  /** Runs a tool; returns what it printed. */
  run(tool: string, args: readonly string[], input?: Buffer): Promise<Buffer>;
}

/** Runs `work` with a workspace that is removed afterwards, with what the TPM holds for it. */
export async function inWorkspace<T>(settings: TpmSettings, work: (w: TpmWorkspace) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "dsmil-tpm-"));
  const { tcti } = settings;
  // A bare TPM has three places for objects and keeps what a tool leaves; the kernel's manager clears up by itself.
  const bare = tcti.startsWith("swtpm:");
  const tidy = async (): Promise<void> => {
    if (bare) await runTool(tcti, "tpm2_flushcontext", ["-t"]);
  };
  try {
    return await work({
      path: (name) => join(folder, name),
      async run(tool, args, input) {
        const said = await runTool(tcti, tool, args, input);
        if (LEAVES_OBJECTS.has(tool)) await tidy();
        return said;
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const LEAVES_OBJECTS = new Set([
  ...["tpm2_createprimary", "tpm2_create", "tpm2_load", "tpm2_unseal", "tpm2_quote", "tpm2_startauthsession"],
]);
