import { officersMount } from "./nc3.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { policyMounts } from "./policy.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** A program of one tenant that asks the tenant's policy, and whether it is stopped, before it proposes anything. */
export function proposingProgramPart(context: PartContext): ContainerPart {
  const { env, mounts, ...rest } = tenantProgramPart(context);
  const { service, tenant } = context;
  return {
    ...rest,
    env: {
      ...env,
      ...(tenant && { REDIS_STREAM_PROPOSALS: tenant.streams.proposals }),
      // A folder a service: the tenant's services share the volume.
      POLICY_STATE_DIR: `/hotpath/policy/${service.id}`,
    },
    mounts: [...mounts, ...policyMounts(context), ...officersMount(context)],
  };
}
