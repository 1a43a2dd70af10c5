import { containerOf, label } from "./container.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

export const capabilities: Policy = {
  name: "capabilities",
  description: "A container has no capability beside those that are stated for its service.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    const { adds = [], drops = [] } = container.capabilities ?? {};
    if (!drops.includes("ALL")) report("it does not drop all capabilities");
    const stated = EXCEPTIONS.capabilities[label(container, "dsmil.service") ?? ""] ?? [];
    const more = adds.filter((name) => !stated.includes(name));
    if (more.length > 0) report(`it adds ${more.join(", ")}`);
  },
};
