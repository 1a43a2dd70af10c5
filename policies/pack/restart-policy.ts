import { containerOf } from "./container.ts";
import type { Policy } from "./policy.ts";

export const restartPolicy: Policy = {
  name: "restart-policy",
  description: "A container comes back by itself after a crash or a restart of its node.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (container && !["always", "unless-stopped"].includes(container.restart ?? ""))
      report(`restart is ${container.restart ?? "not set"}; expected always or unless-stopped`);
  },
};
