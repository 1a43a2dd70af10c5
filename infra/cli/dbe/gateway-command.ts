import { containerName } from "../../model/names.ts";
import type { Fleet } from "../../model/types.ts";

/** The command by which root on a node speaks to its gateway: `ctl show`, `ctl ping node-b` … Answers are JSON. */
export function gatewayCommand({ name }: Pick<Fleet, "name">, node: string, args: readonly string[]): string[] {
  const container = containerName(name, "dbe-gateway", node);
  return ["docker", "exec", "-i", container, "/usr/local/bin/node", "/app/main.js", "ctl", ...args];
}
