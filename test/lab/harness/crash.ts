import { onNodeOk } from "./fleet.ts";

/** Kills the main process of a container, as a crash does; a `docker kill` would also keep it from starting again. */
export async function crash(node: string, container: string): Promise<void> {
  await onNodeOk(node, "sh", "-c", `kill -9 $(docker inspect -f '{{.State.Pid}}' ${container})`);
}
