import { buildImages } from "../../../infra/images/build.ts";
import { imageTag } from "../../../infra/images/tag.ts";
import { DBE_UID } from "../../../infra/model/containers/dbe.ts";
import { SERVICE_GID } from "../../../infra/model/containers/paths.ts";
import { until } from "./bus.ts";
import { root, run } from "./dsmil.ts";
import { onNode, onNodeOk } from "./fleet.ts";

const NAME = "lab-swtpm";
const STATE = "/var/lib/lab-swtpm";
const FOLDER = "/run/swtpm";

/** Where a node's containers find it. */
export const SOCKET = `${FOLDER}/tpm.sock`;

/** Starts a software TPM on a node, whose socket is the gateway's user's. */
export async function startTpm(node: string): Promise<void> {
  await buildImages(root, ["dsmil-swtpm"], {});
  const image = imageTag(root, "dsmil-swtpm");
  const ssh = `ssh -F '${root}/.dsmil/ssh/config' ${node}`;
  const sent = await run("sh", ["-c", `docker save '${image}' | ${ssh} docker load`]);
  if (sent.code !== 0) throw new Error(`${image} did not get to ${node}: ${sent.stderr}`);
  await stopTpm(node, false);
  const owner = `-o ${DBE_UID} -g ${SERVICE_GID}`;
  await onNodeOk(node, "sh", "-c", `install -d ${owner} -m 0700 ${STATE} && install -d ${owner} -m 0750 ${FOLDER}`);
  const mounts = ["-v", `${FOLDER}:${FOLDER}`, "-v", `${STATE}:/data`];
  const how = ["-d", "--name", NAME, "--restart", "always", "--network", "none", "--user", `${DBE_UID}:${SERVICE_GID}`];
  await onNodeOk(node, "docker", "run", ...how, ...mounts, image);
  await until("a TPM", async () => (await onNode(node, "test", "-S", SOCKET)).code === 0);
}

/** Takes it away, with its image where that is wished. */
export async function stopTpm(node: string, image = true): Promise<void> {
  await onNodeOk(node, "sh", "-c", `docker rm -f ${NAME} >/dev/null 2>&1; rm -rf ${STATE} ${FOLDER}`);
  if (image) await onNode(node, "docker", "rmi", imageTag(root, "dsmil-swtpm"));
}
