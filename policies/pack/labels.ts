import { containerOf, label } from "./container.ts";
import type { Policy } from "./policy.ts";

export const labels: Policy = {
  name: "labels",
  description: "A container says by its labels whose it is, on which node, and of which service.",
  validate(resource, report, { tenants, addresses }) {
    const container = containerOf(resource);
    if (!container) return;
    for (const [name, known] of [
      ["dsmil.tenant", ["shared", ...tenants]],
      ["dsmil.node", Object.keys(addresses)],
    ] as const) {
      const value = label(container, name);
      if (value === undefined) report(`it has no label ${name}`);
      else if (!known.includes(value)) report(`its label ${name} is ${value}; known are ${known.join(", ")}`);
    }
    if (!label(container, "dsmil.service")) report("it has no label dsmil.service");
  },
};
