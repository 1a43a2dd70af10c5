import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";

/** Memory of one container, MiB, as its engine counts it (without the cache that it can drop). */
export interface ContainerMemory {
  readonly node: string;
  readonly name: string;
  readonly mib: number;
}

const UNITS: Readonly<Record<string, number>> = { B: 1 / 1024 / 1024, KiB: 1 / 1024, MiB: 1, GiB: 1024 };
const ASK_MS = 30_000;

/** What every container of the fleet takes now. */
export async function fleetMemory({ root, model }: Fleet): Promise<ContainerMemory[]> {
  const nodes = await Promise.all(
    model.nodes.map(async ({ id }) => {
      const connection = await connect(readAccess(root, id));
      const argv = ["docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}"];
      const { stdout } = await connection.exec(argv, { timeoutMs: ASK_MS });
      return readStats(id, stdout);
    }),
  );
  return nodes.flat();
}

/** Lines like `dsmil-redis 8.2MiB / 1GiB`; others are passed over. */
export function readStats(node: string, text: string): ContainerMemory[] {
  return [...text.matchAll(/^(\S+) ([\d.]+)(B|KiB|MiB|GiB) \/ /gm)].map(([, name = "", value, unit = ""]) => ({
    ...{ node, name, mib: Number(value) * (UNITS[unit] ?? Number.NaN) },
  }));
}
