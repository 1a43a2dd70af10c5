import { officersMount } from "./nc3.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { policyMounts } from "./policy.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** Agent runtime: its tenant's decision log, policy and officers. It has no key and no hot path, and calls over the bus. */
export function l7AgentPart(context: PartContext): ContainerPart {
  const { mounts, ...part } = tenantProgramPart(context);
  return { ...part, mounts: [...mounts, ...policyMounts(context), ...officersMount(context)] };
}
