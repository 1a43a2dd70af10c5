import { readAccess } from "../../infra/access/access.ts";
import { connect } from "../../infra/access/connection.ts";
import { requireNodes } from "../../infra/cli/deploy.ts";
import { UserError } from "../../infra/cli/errors.ts";
import type { Node } from "../../infra/model/types.ts";
import { type Sample, Stopwatch } from "./measure.ts";
import { Workspace } from "./workspace.ts";

export interface GrowUp {
  readonly root: string;
  /** In the order of their deployment. */
  readonly nodes: readonly Node[];
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Numbers of tenants; from each odd place to the next one tenant is added and timed. */
const COURSE = [2, 3, 11, 12] as const;
const UP = ["up", "--yes", "--skip-preview", "--refresh", "--parallel", "16"];

/**
 * Deploys the platform from a folder of its own with two tenants, adds the third, goes on to eleven, adds the twelfth,
 * and removes everything. The containers have the real names, so that nodes with a platform are refused.
 */
export async function growUp({ root, nodes, step, signal }: GrowUp): Promise<readonly Sample[]> {
  await requireNodes(root, nodes);
  for (const { id } of nodes) await refuseDeployed(root, id);
  const workspace = new Workspace(root, "growth-up");
  const watch = new Stopwatch(step);
  try {
    await workspace.createStacks(nodes);
    for (const [place, tenants] of COURSE.entries()) {
      workspace.setTenants(tenants);
      for (const { id } of nodes) {
        signal.throwIfAborted();
        const update = async (): Promise<void> => void (await workspace.pulumi([...UP, "--stack", id]));
        if (place % 2 === 1) await watch.time(id, String(tenants), update);
        else {
          step(`${id}: update to ${tenants} tenants`);
          await update();
        }
      }
    }
    return watch.samples;
  } finally {
    await removeAll(workspace, nodes, step);
  }
}

/** The states are kept where something is left on a node: they are what it can be removed with. */
async function removeAll(workspace: Workspace, nodes: readonly Node[], step: GrowUp["step"]): Promise<void> {
  let left = false;
  for (const { id } of [...nodes].reverse()) {
    step(`${id}: removing the platform`);
    await workspace.pulumi(["destroy", "--yes", "--skip-preview", "--stack", id]).catch((error: unknown) => {
      left = true;
      step(`${id} could not be cleaned: ${(error as Error).message}`);
    });
  }
  if (!left) workspace.remove();
}

async function refuseDeployed(root: string, node: string): Promise<void> {
  const link = await connect(readAccess(root, node));
  const found = await link.exec(["docker", "ps", "-a", "--filter", "name=^dsmil-", "--format", "{{.Names}}"]);
  const names = found.stdout.trim();
  if (found.code === 0 && names === "") return;
  throw new UserError(
    `${node} has a platform (${names.split("\n")[0] || found.stderr.trim()} …), and growing another would collide`,
    "run `bin/dsmil destroy` first, or leave --growth-up out",
  );
}
