import { containerOf } from "./container.ts";
import type { Policy } from "./policy.ts";

export const logTag: Policy = {
  name: "log-tag",
  description: "A container's log lines carry its tag, in the journal or in files of bounded size.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    const { logDriver = "", logOpts = {} } = container;
    if (!["journald", "json-file"].includes(logDriver))
      report(`the log driver is ${logDriver || "not set"}; expected journald or json-file`);
    if (!/^dsmil-/.test(logOpts.tag ?? "")) report("its log lines have no tag that begins with dsmil-");
    if (logDriver === "json-file" && !(logOpts["max-size"] && logOpts["max-file"]))
      report("its log files have no max-size and max-file");
  },
};
