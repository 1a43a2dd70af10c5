import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { policyMounts } from "./policy.ts";

/** Tool executor: every tenant's policy and its folder on the bus; no credentials, nothing that it may write. */
export function l7ToolsPart(context: PartContext): ContainerPart {
  const { service, common } = context;
  return {
    env: { ...common, HTTP_PORT: String(service.port) },
    mounts: [...policyMounts({}), ...busMount(context)],
    tmpfs: {},
    health: httpHealth(service.port),
    stopSeconds: 15,
    volumes: [],
  };
}
