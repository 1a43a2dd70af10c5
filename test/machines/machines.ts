import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../infra/access/connection.ts";
import { buildImages } from "../../infra/images/build.ts";
import { imageTag } from "../../infra/images/tag.ts";
import { destroyLab } from "../../infra/lab/destroy-lab.ts";
import { type LabSpec, labSpec } from "../../infra/lab/spec.ts";

const project = join(import.meta.dirname, "../..");

/** A lab of a test's own, beside any other: its names, network and folder are not the project's. Not created yet. */
export async function ownLab(name: string, third: number, nodes: readonly string[]): Promise<LabSpec> {
  await buildImages(project, ["dsmil-lab-node"]);
  const root = mkdtempSync(join(tmpdir(), `dsmil-${name}-`));
  const machines = nodes.map((id, i) => ({ id, address: `172.29.${third}.${10 * (i + 1)}`, hostname: `${id}.test` }));
  const options = { prefix: `t-${name}-`, network: `t-${name}`, subnet: `172.29.${third}.0/24` };
  return labSpec(root, imageTag(project, "dsmil-lab-node"), machines, options);
}

/** Removes the lab and its folder. */
export async function removeLab(spec: LabSpec | undefined): Promise<void> {
  await closeConnections();
  if (spec === undefined) return;
  await destroyLab(spec);
  rmSync(spec.root, { recursive: true, force: true });
}
