import { containerOf, label } from "./container.ts";
import { EXCEPTIONS, excepted } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

export const hostNetwork: Policy = {
  name: "host-network",
  description: "No container shares its node's network, or another container's, beside the stated ones.",
  validate(resource, report) {
    const container = containerOf(resource);
    const mode = container?.networkMode ?? "bridge";
    if (!container || mode === "bridge") return;
    if (mode !== "host" || !excepted(EXCEPTIONS.hostNetwork, label(container, "dsmil.service")))
      report(`its network mode is ${mode}`, "networks");
  },
};
