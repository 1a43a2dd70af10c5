import { existsSync } from "node:fs";
import { destroyLab } from "../lab/destroy-lab.ts";
import { ensureEngine, findEngine, stopOwnEngine } from "../lab/engine.ts";
import { labOwner, ownedElsewhere } from "../lab/owner.ts";
import { UserError } from "./errors.ts";
import { projectLab, projectModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/**
 * `dsmil lab destroy`. A stopped engine (the machine was restarted) is started for it and stopped again after.
 * @param stale also remove what another project folder left behind
 * @throws UserError when the lab is another project folder's and not stale; nothing was removed then
 */
export async function labDestroy(stale: boolean): Promise<void> {
  const lab = projectLab(projectModel());
  const phases = new Phases();
  const idle = (await findEngine(projectRoot)).engine === undefined;
  const { started } = await phases.run("container engine", (step) => ensureEngine(projectRoot, step));
  try {
    const refused = ownedElsewhere(await labOwner(lab.network), { root: lab.root, stale, idle, exists: existsSync });
    if (refused !== undefined) throw new UserError(refused.what, refused.remedy);
    await phases.run(
      "lab machines",
      (step) => destroyLab(lab, step),
      (removed) => `${removed.machines.length} machines removed`,
    );
  } finally {
    if (started) await stopOwnEngine(projectRoot);
  }
}
