import { containerOf, label } from "./container.ts";
import { EXCEPTIONS, excepted } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

export const readOnlyRoot: Policy = {
  name: "read-only-root",
  description: "A container cannot write to its root file system.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container || container.readOnly === true) return;
    if (!excepted(EXCEPTIONS.writableRoot, label(container, "dsmil.service")))
      report("its root file system can be written");
  },
};
