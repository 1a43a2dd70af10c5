import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { pulumi, tail } from "./pulumi.ts";
import { resourceName, type StackState, stackState } from "./stack-state.ts";

/**
 * Makes a stack's state forget operations that a killed run began. Pulumi keeps creations among them for good and warns
 * of each until somebody has looked. To be called once an update has ended well and no stray container is left.
 * @returns resources that they may have made and that the state does not have; then all are kept, for a person to look
 */
export async function settlePendingOperations(root: string, stack: string): Promise<string[]> {
  const state = await stackState(root, stack);
  if (state === undefined || state.pending.length === 0) return [];
  const open = unsettled(state);
  if (open.length === 0) await forget(root, stack);
  return open;
}

/**
 * Names of pending resources that may exist with nothing knowing of them. The next update makes what the program still
 * declares; containers were looked for on the engine; certificates, keys and passwords are in the state or nowhere.
 */
export function unsettled({ resources, pending }: StackState): string[] {
  const known = new Set(resources.map(({ urn }) => urn));
  return pending
    .filter(({ urn, type }) => !known.has(urn) && /^(dsmil|docker):index/.test(type) && !type.endsWith(":Container"))
    .map((resource) => `${resource.type.split(":").pop()} ${resourceName(resource)}`);
}

async function forget(root: string, stack: string): Promise<void> {
  const folder = mkdtempSync(join(root, ".dsmil/state/mend-"));
  try {
    const file = join(folder, `${stack}.json`);
    for (const verb of ["export", "import"]) {
      const run = await pulumi(root, ["stack", verb, "--file", file, "--stack", stack]);
      if (run.code !== 0) throw new UserError(`stack ${stack}: pulumi stack ${verb} failed: ${tail(run, 5)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
