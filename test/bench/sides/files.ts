import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { SERVICE_UID } from "../../../infra/components/service-container.ts";
import { tar } from "../../../infra/provider/resources/node-files/tar.ts";
import { FOLDER, type Placed } from "../workload.ts";

/** Files for tools that have no means of their own: one archive over the node's connection. */
export async function sendFiles(root: string, node: string, placed: readonly Placed[]): Promise<void> {
  const owner = { mode: 0o400, uid: SERVICE_UID, gid: SERVICE_UID };
  const archive = tar(
    placed.flatMap(({ plan, files }) =>
      Object.entries(files).map(([name, content]) => ({ path: `${plan.name}/${name}`, content, ...owner })),
    ),
  );
  const script = `mkdir -p ${FOLDER} && tar -xpf - -C ${FOLDER} && cd ${FOLDER} && chown ${SERVICE_UID}:${SERVICE_UID} * && chmod 0700 *`;
  await run(root, node, script, archive);
}

export async function removeFiles(root: string, node: string): Promise<void> {
  await run(root, node, `rm -rf ${FOLDER}`);
}

async function run(root: string, node: string, script: string, stdin?: Buffer): Promise<void> {
  const link = await connect(readAccess(root, node));
  const { code, stderr } = await link.exec(["sh", "-c", script], stdin === undefined ? {} : { stdin });
  if (code !== 0) throw new Error(`${node}: ${script}: ${stderr.trim()}`);
}
