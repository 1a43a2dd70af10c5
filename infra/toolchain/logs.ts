import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolPaths } from "./paths.ts";

const INSTEAD = `Pulumi would log every property of every resource here, some 20 MB a run, which took a quarter of its time.
This file stands where that folder would be. To look into a run: pulumi up -v=9 --logtostderr
`;

/**
 * Keeps our own Pulumi from logging each command at the finest level into its home, for which it has no setting: it goes
 * without where it cannot make the folder. Logs of before go.
 */
export function turnOffLogs(root: string): void {
  const { home } = toolPaths(root);
  const path = join(home, "logs");
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  if (found) rmSync(path, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(path, INSTEAD);
}
