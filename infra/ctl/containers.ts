import type { ContainerAnswer } from "../../images/runtime/control/answers.ts";
import { type Cell, clean, columns, type Paint } from "./paint.ts";
import { isWell } from "./render-status.ts";
import { bytes } from "./units.ts";

/** Containers as a table. */
export function containerTable(
  containers: readonly (ContainerAnswer & { readonly node: string })[],
  paint: Paint,
  width: number,
): string {
  if (containers.length === 0) return "No container of it is known.";
  const rows = containers.map((one): Cell[] => {
    const good = isWell(one);
    const { memoryBytes, memoryLimitBytes, state, health } = one;
    return [
      [`${good ? "●" : "✗"} ${clean(one.name)}`, good ? paint.green : paint.red],
      one.node,
      state === "running" ? health : state,
      memoryBytes === undefined || memoryLimitBytes === undefined
        ? "-"
        : `${bytes(memoryBytes)} of ${bytes(memoryLimitBytes)}`,
    ];
  });
  return columns(["CONTAINER", "NODE", "STATE", "MEMORY"], rows, paint, width);
}
