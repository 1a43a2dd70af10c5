import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What Pulumi's file backend writes into a lock. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Removes locks of a stack whose owner was killed on this very machine, so that an interrupted run can be repeated. The
 * locks of the file backend have no lease; one of another machine, or of a process that lives, is left for
 * `pulumi cancel` and a person's judgement.
 * @returns how many were removed
 */
export function removeDeadLocks(root: string, stack: string): number {
  const folder = join(root, ".dsmil/state/.pulumi/locks");
  if (!existsSync(folder)) return 0;
  const dead = globSync(`**/${stack}/*.json`, { cwd: folder }).filter((file) => isDead(join(folder, file)));
  for (const file of dead) rmSync(join(folder, file), { force: true });
  return dead.length;
}

function isDead(path: string): boolean {
  try {
    const lock = JSON.parse(readFileSync(path, "utf8")) as Lock;
    return lock.hostname === hostname() && !isPulumi(lock.pid);
  } catch {
    return false;
  }
}

/** Whether the process lives and still is a Pulumi: its id may be another program's by now. */
function isPulumi(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi";
}
