import type { Environment } from "../environment.ts";
import type { PolicyPlace } from "./policy-watcher.ts";
import { RulesCache } from "./rules-cache.ts";
import type { PoliciesPlace } from "./tenant-policies.ts";

/** Where a service finds policies. */
export interface PolicyConfig {
  /** One tenant's folder, or in a service for all tenants the folder of their folders. */
  readonly folder: string;
  /** Holds root.pub and the rules. */
  readonly shared: string;
  /** Remembers the newest versions over restarts; absent: they are forgotten. */
  readonly stateFolder?: string;
  /** Time between two looks, ms. */
  readonly pollMs: number;
}

/** Reads POLICY_DIR, POLICY_SHARED_DIR, POLICY_STATE_DIR and POLICY_POLL_MS. */
export function readPolicyConfig(env: Environment): PolicyConfig {
  const stateFolder = env.path("POLICY_STATE_DIR", "");
  return {
    folder: env.path("POLICY_DIR", "/run/dsmil/policy"),
    shared: env.path("POLICY_SHARED_DIR", "/run/dsmil/policy-shared"),
    ...(stateFolder !== "" && { stateFolder }),
    pollMs: env.integer("POLICY_POLL_MS", { min: 50, max: 5_000, default: 1_000 }),
  };
}

/** The place of one tenant's policy. @param tenant `ALPHA` */
export function policyPlace({ folder, shared, stateFolder }: PolicyConfig, tenant: string): PolicyPlace {
  const id = tenant.toLowerCase();
  const floor = stateFolder === undefined ? {} : { floorFile: `${stateFolder}/${id}.version` };
  return { tenant: id, folder, rules: new RulesCache(shared), rootFile: `${shared}/root.pub`, ...floor };
}

/** The place of all tenants' policies. */
export function policiesPlace({ folder, shared, stateFolder }: PolicyConfig): PoliciesPlace {
  const floor = stateFolder === undefined ? {} : { floorFolder: stateFolder };
  return { folder, rules: new RulesCache(shared), rootFile: `${shared}/root.pub`, ...floor };
}
