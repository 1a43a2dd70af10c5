import type { ContainerAnswer } from "../../runtime/control/answers.ts";
import { type Operator, sees } from "../../runtime/control/operator.ts";
import type { Cgroups } from "../../runtime/engine/cgroup.ts";
import type { EngineContainer } from "../../runtime/engine/engine-container.ts";
import type { EngineFolder } from "../../runtime/engine/engine-folder.ts";
import type { PlannedContainer, Summary } from "./summary.ts";

/** A container as the manifest and the engine know it: at least one of them does. */
export interface KnownContainer {
  readonly name: string;
  readonly tenant?: string;
  readonly planned?: PlannedContainer;
  readonly found?: EngineContainer;
}

type Owner = Pick<KnownContainer, "tenant">;

/** What an operator sees of the node's containers: its tenants', and of what serves all only whether it is well. */
export class View {
  private readonly engine: Pick<EngineFolder, "containers">;
  private readonly cgroups: Pick<Cgroups, "usage">;
  private readonly summaries: () => ReadonlyMap<string, Summary>;

  constructor(engine: View["engine"], cgroups: View["cgroups"], summaries: View["summaries"]) {
    this.engine = engine;
    this.cgroups = cgroups;
    this.summaries = summaries;
  }

  /** Containers that an operator sees, by name. @throws Error when the engine's folder cannot be read */
  async known(operator: Operator): Promise<readonly KnownContainer[]> {
    const found = await this.engine.containers();
    const planned = [...this.summaries().values()].flatMap(({ containers }) => containers);
    const names = new Set([...planned.map(({ name }) => name), ...found.keys()]);
    const plans = new Map(planned.map((plan) => [plan.name, plan]));
    return [...names]
      .sort()
      .map((name) => joined(name, plans.get(name), found.get(name)))
      .filter(({ tenant }) => tenant === undefined || sees(operator, tenant));
  }

  /** Them as they are told. */
  async told(operator: Operator, which: (one: KnownContainer) => boolean = () => true): Promise<ContainerAnswer[]> {
    const known = (await this.known(operator)).filter(which);
    return Promise.all(known.map((one) => this.answer(one, sees(operator, one.tenant))));
  }

  private async answer({ name, tenant, planned, found }: KnownContainer, detail: boolean): Promise<ContainerAnswer> {
    const { service = "", layer, device } = planned ?? found ?? {};
    const short: ContainerAnswer = {
      name,
      service,
      ...(tenant !== undefined && { tenant }),
      ...(layer !== undefined && { layer }),
      ...(device !== undefined && { device }),
      state: found === undefined ? "missing" : found.running ? "running" : "stopped",
      health: (found?.running && found.health) || "none",
    };
    if (!detail || found === undefined) return short;
    const { memoryBytes, memoryLimitBytes } = found.running ? await this.cgroups.usage(found.id) : {};
    const limit = memoryLimitBytes ?? (planned && planned.memoryMiB * 1024 * 1024);
    return {
      ...short,
      restarts: found.restarts,
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(limit !== undefined && { memoryLimitBytes: limit }),
      ...(found.startedAt > 0 && { since: new Date(found.startedAt * 1000).toISOString() }),
    };
  }
}

function joined(name: string, planned?: PlannedContainer, found?: EngineContainer): KnownContainer {
  const { tenant }: Owner = found ?? planned ?? {};
  return { name, ...(tenant !== undefined && { tenant }), ...(planned && { planned }), ...(found && { found }) };
}
