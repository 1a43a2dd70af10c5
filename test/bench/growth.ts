import { closeConnections } from "../../infra/access/connection.ts";
import { deploymentOrder } from "../../infra/cli/deploy.ts";
import { projectModel } from "../../infra/cli/model.ts";
import { growUp } from "./growth-up.ts";
import { type Sample, Stopwatch } from "./measure.ts";
import { endAll } from "./run.ts";
import { Workspace } from "./workspace.ts";

export interface GrowthBench {
  readonly root: string;
  readonly runs: number;
  /** Also deploys a real platform, with a growing number of tenants; only on nodes where none is. */
  readonly up: boolean;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface GrowthResult {
  readonly tenants: readonly number[];
  /** One for each stack (side) and number of tenants (step). */
  readonly previews: readonly Sample[];
  /** One for each stack and the tenant that was added; empty without the real update. */
  readonly updates: readonly Sample[];
}

/** Tenants planned for, from few to many. */
const TENANTS = [3, 30, 100] as const;

/** Times how model, preview and, where asked for, a real update grow with the number of tenants. */
export async function benchGrowth({ root, runs, up, step, signal }: GrowthBench): Promise<GrowthResult> {
  const nodes = deploymentOrder(projectModel());
  const data = nodes.find((node) => node.role === "data");
  if (data === undefined) throw new Error("the manifest has no data node");
  const stop = (): void => void endAll();
  signal.addEventListener("abort", stop);
  const workspace = new Workspace(root, "growth", nodes);
  try {
    const watch = new Stopwatch(step);
    await workspace.createStacks(nodes);
    for (let run = 0; run < runs; run++) {
      for (const tenants of TENANTS) {
        workspace.setTenants(tenants);
        await workspace.inventOutputs(data.id, tenants);
        for (const { id } of nodes) {
          signal.throwIfAborted();
          await watch.time(id, String(tenants), async () => {
            await workspace.pulumi(["preview", "--json", "--stack", id]);
          });
        }
      }
    }
    const updates = up ? await growUp({ root, nodes, step, signal }) : [];
    return { tenants: TENANTS, previews: watch.samples, updates };
  } finally {
    signal.removeEventListener("abort", stop);
    await endAll();
    workspace.remove();
    await closeConnections();
  }
}
