/** What will happen to one resource, in the words of a change review. */
export type Action = "create" | "update" | "replace" | "delete";

/** One resource that changes. */
export interface Change {
  readonly stack: string;
  readonly action: Action;
  /** Pulumi type token: `docker:index/container:Container`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Tenant the resource belongs to; absent for shared things. */
  readonly tenant?: string;
  /** Device and layer of a container. */
  readonly device?: number;
  readonly layer?: string;
  /** Folder on the node, of files. */
  readonly folder?: string;
  /** Property paths that differ; never their values, as some are secret. */
  readonly properties: readonly string[];
  /** Seconds its users are without it, from–to; [0, 0] where a second replica serves on. */
  readonly downtimeSeconds: readonly [number, number];
  /** What would be lost, in words; absent when nothing is. */
  readonly dataAtRisk?: string;
}

/** All changes of one tenant, or of what tenants share. */
export interface ChangeGroup {
  /** Tenant id, or `shared`. */
  readonly tenant: string;
  readonly changes: readonly Change[];
}

/** The three previews as one summary. */
export interface PlanSummary {
  readonly stacks: readonly string[];
  readonly groups: readonly ChangeGroup[];
  readonly totals: Readonly<Record<Action, number>>;
  /** Containers the plan leaves as they are. */
  readonly untouchedContainers: number;
  readonly dataAtRisk: readonly string[];
}
