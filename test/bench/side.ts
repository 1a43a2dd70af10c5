import type { Workload } from "./workload.ts";

/** One way to bring the workload about. Every call ends when all of it is true and every container answers. */
export interface Side {
  readonly name: "ours" | "compose" | "limit";
  /** From whatever there is to the workload; also the no-op, where there is nothing to do. */
  apply(workload: Workload): Promise<void>;
  /** Finds that nothing is to be done, having asked every node; throws where something is. */
  verify(workload: Workload): Promise<void>;
  /** Removes everything. */
  destroy(workload: Workload): Promise<void>;
}
