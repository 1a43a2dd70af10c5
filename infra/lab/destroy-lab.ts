import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LAB_ACCESS_FILE } from "../access/access.ts";
import { closeConnections } from "../access/connection.ts";
import { controlFolder, SSH_CONFIG_FILE } from "../access/ssh-config.ts";
import { docker } from "./docker.ts";
import { removeNetwork } from "./network.ts";
import { type Progress, run } from "./run.ts";
import { LAB_LABEL, type LabSpec } from "./spec.ts";

/** What was removed. */
export interface Removed {
  readonly machines: readonly string[];
  readonly volumes: readonly string[];
}

/**
 * Removes the lab: every machine and disk that carries its label (also of nodes that left the manifest), its network,
 * its key, `.dsmil/access.json` and the sockets of its SSH connections; nothing else. "Already gone" is success.
 */
export async function destroyLab(spec: LabSpec, progress: Progress = () => undefined): Promise<Removed> {
  await endMasters(spec);
  const label = `label=${LAB_LABEL}=${spec.network}`;
  const machines = await names(["ps", "--all", "--filter", label, "--format", "{{.Names}}"]);
  if (machines.length > 0) {
    progress(`removing ${machines.join(", ")}`);
    await docker(["rm", "--force", "--volumes", ...machines]);
  }
  const volumes = await names(["volume", "ls", "--filter", label, "--format", "{{.Name}}"]);
  if (volumes.length > 0) await docker(["volume", "rm", "--force", ...volumes]);
  await removeNetwork(spec.network);
  rmSync(join(spec.root, LAB_ACCESS_FILE), { force: true });
  rmSync(join(spec.root, ".dsmil/lab"), { recursive: true, force: true });
  return { machines, volumes };
}

/** Connections kept open by ssh clients (ControlPersist) would linger for a minute. */
async function endMasters(spec: LabSpec): Promise<void> {
  await closeConnections();
  const config = join(spec.root, SSH_CONFIG_FILE);
  if (!existsSync(config)) return;
  const hosts = [...readFileSync(config, "utf8").matchAll(/^Host (\S+)$/gm)].flatMap(([, host]) => host ?? []);
  await Promise.all(hosts.map((host) => run(["ssh", "-F", config, "-O", "exit", host], { timeoutMs: 5_000 })));
  rmSync(controlFolder(spec.root), { recursive: true, force: true });
}

async function names(args: readonly string[]): Promise<string[]> {
  return (await docker(args)).split("\n").filter((name) => name !== "");
}
