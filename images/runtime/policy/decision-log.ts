import type { DecisionRecord } from "./decision-record.ts";

/** What is known of a decision before the log gives it its place. */
export type DecisionFacts = Omit<DecisionRecord, "writer" | "seq">;

/** Where a record stands: its writer's chain, and its number there. */
export type DecisionReference = Pick<DecisionRecord, "writer" | "seq">;

/** Where decisions are kept: gives each its place in the writer's chain. */
export interface DecisionLog {
  /**
   * Resolves once the record is kept for good, in the order of the calls.
   * @returns where it stands; undefined where a log gives no numbers
   * @throws where it is not kept; the decision then counts as a refusal
   */
  append(facts: DecisionFacts): Promise<DecisionReference | undefined>;
}
