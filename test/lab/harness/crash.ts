import { crashCommand } from "../../bench/faults/crash-command.ts";
import { onNodeOk } from "./fleet.ts";

/** Kills the main process of a container, as a crash does. */
export async function crash(node: string, container: string): Promise<void> {
  await onNodeOk(node, ...crashCommand(container));
}
