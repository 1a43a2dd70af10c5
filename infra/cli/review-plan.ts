import type { Resource } from "../../policies/pack/policy.ts";
import type { Model } from "../model/types.ts";
import { type Preview, parsePreview } from "../plan/preview.ts";
import { type Review, reviewOf } from "../plan/review.ts";
import { deploymentOrder } from "./deploy.ts";
import { UserError } from "./errors.ts";
import { isUnedited } from "./last-deployment.ts";
import type { Phases } from "./phases.ts";
import { checkResources } from "./policy-pack.ts";
import { ensureStack, pulumi, tail } from "./pulumi.ts";
import { projectRoot } from "./root.ts";

/** Previews every stack and reviews what they would do. Nodes must be reachable, and policies compiled. */
export async function reviewPlan(phases: Phases, model: Model, refresh: boolean): Promise<Review> {
  const nodes = deploymentOrder(model);
  const repair = isUnedited(projectRoot, model);
  const previews = await phases.run(`preview ${nodes.map((n) => n.id).join(", ")}`, async () => {
    for (const node of nodes) await ensureStack(projectRoot, node.id);
    const found = await Promise.all(nodes.map((node) => preview(node.id, refresh)));
    return new Map(nodes.map(({ id }, i) => [id, found[i] as Preview]));
  });
  const policyFindings = checkResources(model, resourcesOf(previews));
  return reviewOf({ model, previews, policyFindings, repair });
}

async function preview(stack: string, refresh: boolean): Promise<Preview> {
  // What stays as it is counts too: containers that are not touched, the memory they claim, the policies they keep.
  const args = ["preview", "--json", "--show-sames", "--stack", stack];
  const run = await pulumi(projectRoot, [...args, ...(refresh ? ["--refresh"] : [])]);
  if (run.code !== 0) throw new UserError(`node ${stack}: the preview failed\n${tail(run)}`);
  return parsePreview(run.stdout);
}

/** Everything that would be there afterwards. */
function resourcesOf(previews: ReadonlyMap<string, Preview>): Resource[] {
  return [...previews.values()].flatMap(({ steps = [] }) =>
    steps.flatMap(({ op, urn, newState }) =>
      newState === undefined || op === "create-replacement" || op === "refresh"
        ? []
        : [{ type: newState.type, name: urn.slice(urn.lastIndexOf("::") + 2), props: newState.inputs ?? {} }],
    ),
  );
}
