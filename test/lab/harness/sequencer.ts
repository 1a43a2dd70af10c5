import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Runs the lab's files in the order of their names: up first, destroy last. */
export default class NameOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}
