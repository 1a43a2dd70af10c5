import { containerOf } from "./container.ts";
import type { Policy } from "./policy.ts";

export const memoryLimit: Policy = {
  name: "memory-limit",
  description: "A container has a memory limit, and no swap beside it.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    const { memory = 0, memorySwap } = container;
    if (memory <= 0) report("it has no memory limit", "memory");
    else if (memorySwap !== memory) report(`memorySwap is ${memorySwap ?? "not set"}; expected ${memory}`, "memory");
  },
};
