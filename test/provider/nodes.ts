import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAccess } from "../../infra/access/access.ts";
import { connect } from "../../infra/access/connection.ts";
import { buildImages } from "../../infra/images/build.ts";
import { imageTag } from "../../infra/images/tag.ts";
import { createLab } from "../../infra/lab/create-lab.ts";
import { destroyLab } from "../../infra/lab/destroy-lab.ts";
import { labSpec } from "../../infra/lab/spec.ts";
import type { NodeLink } from "../../infra/provider/handler.ts";

/** The project folder. */
export const projectRoot = join(import.meta.dirname, "../..");

/** Reference of an image of the project. */
export const image = (name: string): string => imageTag(projectRoot, name);

/** Real machines of a test's own, beside any lab: SSH server, engine, empty /etc/dsmil. */
export interface TestNodes {
  /** Folder with `.dsmil/access.json`, as a project has it. */
  readonly root: string;
  connect(node: string): Promise<NodeLink>;
  /** Runs a shell script on a node and returns what it printed; throws when it fails. */
  sh(node: string, script: string): Promise<string>;
  destroy(): Promise<void>;
}

/**
 * Starts machines; they are ready when this returns (about 3 s, once the images are built).
 * @param name distinguishes the test's machines from others
 * @param third the third number of their network 172.29.x.0/24; each test file takes its own
 */
export async function startNodes(name: string, third: number, nodes: readonly string[]): Promise<TestNodes> {
  const root = mkdtempSync(join(tmpdir(), `dsmil-${name}-`));
  const machines = nodes.map((id, i) => ({ id, address: `172.29.${third}.${10 * (i + 1)}`, hostname: `${id}.test` }));
  const options = { prefix: `t-${name}-`, network: `t-${name}`, subnet: `172.29.${third}.0/24` };
  const spec = labSpec(root, image("dsmil-lab-node"), machines, options);
  const destroy = async (): Promise<void> => {
    await destroyLab(spec);
    rmSync(root, { recursive: true, force: true });
  };
  await buildImages(projectRoot, ["dsmil-lab-node", "dsmil-node-base"]);
  await createLab(spec).catch(async (error: unknown) => {
    await destroy();
    throw error;
  });
  const link = (node: string): Promise<NodeLink> => connect(readAccess(root, node));
  return {
    root,
    connect: link,
    destroy,
    async sh(node, script) {
      const { code, stdout, stderr } = await (await link(node)).exec(["sh", "-c", script]);
      if (code !== 0) throw new Error(`${script} on ${node}: ${stderr}`);
      return stdout;
    },
  };
}
