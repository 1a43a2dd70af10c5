import { dataAtRisk, downtime } from "./impact.ts";
import type { Preview, PreviewState, PreviewStep } from "./preview.ts";
import type { Action, Change, ChangeGroup, PlanSummary } from "./types.ts";

/** Engine operations → what a reviewer calls them. The halves of a replacement are one change. */
const ACTIONS: Readonly<Record<string, Action>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  import: "create",
};

/** Components whose name is a tenant's id; all below them is that tenant's. */
const TENANT_COMPONENTS = new Set(["dsmil:component:TenantData", "dsmil:component:TenantServices"]);

const CONTAINER = "docker:index/container:Container";

/** Groups the previews of all stacks by tenant and device. Pure: previews in, summary out. */
export function summarize(previews: ReadonlyMap<string, Preview>): PlanSummary {
  const changes: Change[] = [];
  // With a refresh a container has a step for what was read, and one for what is done.
  const seen = new Set<string>();
  const touched = new Set<string>();
  for (const [stack, { steps = [] }] of previews) {
    const parents = parentsOf(steps);
    for (const step of steps) {
      const state = step.newState ?? step.oldState;
      if (state === undefined) continue;
      const action = ACTIONS[step.op];
      if (state.type === CONTAINER) (action === undefined ? seen : touched).add(step.urn);
      if (action === undefined || state.type === "pulumi:pulumi:Stack") continue;
      if (state.type.startsWith("dsmil:component:")) continue;
      changes.push(change(stack, action, step, state, parents));
    }
  }
  const totals = { create: 0, update: 0, replace: 0, delete: 0 };
  for (const { action } of changes) totals[action] += 1;
  return {
    stacks: [...previews.keys()],
    groups: group(changes),
    totals,
    untouchedContainers: [...seen].filter((urn) => !touched.has(urn)).length,
    dataAtRisk: changes.flatMap((c) => (c.dataAtRisk ? [`${c.stack}: ${c.dataAtRisk}`] : [])),
  };
}

function parentsOf(steps: readonly PreviewStep[]): Map<string, string> {
  const parents = new Map<string, string>();
  for (const { urn, newState, oldState } of steps) {
    const parent = newState?.parent ?? oldState?.parent;
    if (parent !== undefined) parents.set(urn, parent);
  }
  return parents;
}

function change(
  stack: string,
  action: Action,
  step: PreviewStep,
  state: PreviewState,
  parents: ReadonlyMap<string, string>,
): Change {
  const name = step.urn.slice(step.urn.lastIndexOf("::") + 2);
  const labels = labelsOf(state);
  const tenant = tenantAbove(step.urn, parents) ?? labels.get("dsmil.tenant") ?? tenantOfKeys(name, state);
  const device = Number(labels.get("dsmil.device"));
  const layer = labels.get("dsmil.layer");
  const risk = dataAtRisk(action, state.type, name);
  return {
    stack,
    action,
    type: state.type,
    name,
    urn: step.urn,
    ...(tenant && { tenant }),
    ...(Number.isInteger(device) && device > 0 && { device }),
    ...(layer && { layer }),
    ...(state.type === "dsmil:index:NodeFiles" && { folder: String(state.inputs?.path) }),
    properties: Object.keys(step.detailedDiff ?? {}).concat(step.detailedDiff ? [] : (step.diffReasons ?? [])),
    downtimeSeconds: downtime(action, state.type, name),
    ...(risk && { dataAtRisk: risk }),
  };
}

/** The tenant whose component a resource hangs below. */
function tenantAbove(urn: string, parents: ReadonlyMap<string, string>): string | undefined {
  for (let at = parents.get(urn); at !== undefined; at = parents.get(at)) {
    const [type, name] = [at.split("::")[2]?.split("$").at(-1) ?? "", at.slice(at.lastIndexOf("::") + 2)];
    if (TENANT_COMPONENTS.has(type)) return name;
  }
  return undefined;
}

/** Files, policies and volumes of a tenant that hang below a shared component carry its id in their path or name. */
function tenantOfKeys(name: string, { type, inputs }: PreviewState): string | undefined {
  if (type === "dsmil:index:NodeFiles")
    return /^\/etc\/dsmil\/(?:[a-z0-9-]+\/)?tenants\/([a-z0-9]+)$/.exec(String(inputs?.path))?.[1];
  if (type === "dsmil:index:PolicyBundle") return String(inputs?.tenant);
  if (type === "docker:index/volume:Volume") return /^dsmil-(?:hotpath|ingest)-([a-z0-9]+)$/.exec(name)?.[1];
  return undefined;
}

function labelsOf({ inputs }: PreviewState): Map<string, string> {
  const labels = inputs?.labels;
  if (!Array.isArray(labels)) return new Map();
  return new Map(labels.map((l: { label: string; value: string }) => [l.label, l.value]));
}

function group(changes: readonly Change[]): ChangeGroup[] {
  const byTenant = Map.groupBy(changes, (c) => c.tenant ?? "shared");
  return [...byTenant]
    .sort(([a], [b]) => (a === "shared" ? -1 : b === "shared" ? 1 : a.localeCompare(b)))
    .map(([tenant, list]) => ({ tenant, changes: list }));
}
