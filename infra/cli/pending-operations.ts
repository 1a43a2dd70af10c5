import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { pulumi, tail } from "./pulumi.ts";

/**
 * Makes a stack's state forget operations that a killed run began. Pulumi keeps creations among them for good and warns
 * of each until somebody has looked. To be called once an update has ended well and nothing that they made is left.
 */
export async function forgetPendingOperations(root: string, stack: string): Promise<void> {
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
