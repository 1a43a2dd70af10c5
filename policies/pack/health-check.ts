import { containerOf } from "./container.ts";
import type { Policy } from "./policy.ts";

export const healthCheck: Policy = {
  name: "health-check",
  description: "A container has a health check that the engine runs in it.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    const [kind, ...command] = container.healthcheck?.tests ?? [];
    if (!["CMD", "CMD-SHELL"].includes(kind ?? "") || command.length === 0) report("it has no health check");
  },
};
