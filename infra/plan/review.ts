import type { Model } from "../model/types.ts";
import { type Classified, classify } from "./change-class.ts";
import { planDigest } from "./digest.ts";
import type { Preview, PreviewStep } from "./preview.ts";
import { summarize } from "./summarize.ts";
import type { Action, Change, PlanSummary } from "./types.ts";

/** A container that is stopped and started again. */
export interface Restart {
  readonly stack: string;
  readonly name: string;
  readonly tenant: string;
  readonly seconds: readonly [number, number];
}

/** What the containers of a node may claim, MiB. */
export interface NodeMemory {
  readonly node: string;
  /** What they claim now. */
  readonly beforeMiB: number;
  /** What they would claim. */
  readonly afterMiB: number;
  readonly budgetMiB: number;
}

/** A resource that breaks a policy. */
export interface PolicyFinding {
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
  /** Where in the manifest it comes from; empty where no entry stands for it. */
  readonly place: string;
}

/** What going back would do to one resource. */
export interface InverseStep {
  readonly stack: string;
  readonly action: Action;
  readonly type: string;
  readonly name: string;
  readonly tenant: string;
  /** What of it cannot be undone. */
  readonly lost?: string;
}

/** Everything a reviewer of a change is shown. */
export interface Review extends PlanSummary {
  /** Of this very plan: what is approved. */
  readonly digest: string;
  readonly change: Classified;
  readonly restarts: readonly Restart[];
  readonly memory: readonly NodeMemory[];
  readonly policyFindings: readonly PolicyFinding[];
  /** Last step first. */
  readonly inverse: readonly InverseStep[];
}

export interface ReviewArgs {
  readonly model: Model;
  readonly previews: ReadonlyMap<string, Preview>;
  readonly policyFindings: readonly PolicyFinding[];
  /** Whether nothing was edited since the last `up`. */
  readonly repair: boolean;
}

const CONTAINER = "docker:index/container:Container";
const INVERSE: Readonly<Record<Action, Action>> = {
  create: "delete",
  delete: "create",
  update: "update",
  replace: "replace",
};

/** The previews of all stacks as a review. Pure. */
export function reviewOf({ model, previews, policyFindings, repair }: ReviewArgs): Review {
  const summary = summarize(previews);
  const changes = summary.groups.flatMap((group) => group.changes);
  return {
    ...summary,
    digest: planDigest(previews),
    change: classify(summary, repair),
    restarts: changes
      .filter((c) => c.type === CONTAINER && c.action === "replace")
      .map(({ stack, name, tenant = "shared", downtimeSeconds }) => ({
        stack,
        name,
        tenant,
        seconds: downtimeSeconds,
      })),
    memory: memoryOf(model, previews),
    policyFindings: policyFindings.map(({ rule, resource, message, place }) => ({ rule, resource, message, place })),
    inverse: changes.map(inverse).reverse(),
  };
}

function inverse({ stack, action, type, name, tenant = "shared", dataAtRisk }: Change): InverseStep {
  return { stack, action: INVERSE[action], type, name, tenant, ...(dataAtRisk && { lost: dataAtRisk }) };
}

function memoryOf(model: Model, previews: ReadonlyMap<string, Preview>): NodeMemory[] {
  return model.nodes.map(({ id, memoryMiB }) => ({
    node: id,
    beforeMiB: sum([...containersBefore(previews.get(id)?.steps ?? []).values()]),
    afterMiB: sum(model.containers.filter(({ node }) => node === id).map((container) => container.memoryMiB)),
    budgetMiB: memoryMiB,
  }));
}

/** What each container claims now, by URN: its refresh, its step, and the halves of a replacement all show it. */
function containersBefore(steps: readonly PreviewStep[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { op, urn, oldState, newState } of steps) {
    const state = op === "same" || op === "refresh" ? newState : oldState;
    if (state?.type === CONTAINER && !found.has(urn)) found.set(urn, Number(state.inputs?.memory ?? 0));
  }
  return found;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
