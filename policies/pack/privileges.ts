import { containerOf, label } from "./container.ts";
import { EXCEPTIONS, excepted } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

export const privileges: Policy = {
  name: "privileges",
  description: "No container is privileged, root, gains privileges, or shares its node's process, IPC or user space.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    if (container.privileged !== false) report("it is privileged, or does not say that it is not");
    if (!container.securityOpts?.includes("no-new-privileges")) report("it lacks no-new-privileges");
    for (const key of ["pidMode", "ipcMode", "usernsMode"] as const)
      if (container[key] === "host") report(`${key} is host`);
    const [user = ""] = (container.user ?? "").split(":");
    const root = !/^[1-9]\d*$/.test(user);
    if (root && !excepted(EXCEPTIONS.root, label(container, "dsmil.service")))
      report(`it runs as ${user || "the image's user"}; expected a number above 0`);
  },
};
