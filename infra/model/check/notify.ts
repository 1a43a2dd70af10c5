import type { Finding } from "../manifest-error.ts";
import { emailProblem, urlProblem } from "../receiver-problem.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** The target of a channel is of the kind that the channel reaches, and holds no secret. */
export const checkNotify: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    for (const [i, entry] of (value.notify ?? []).entries()) {
      const { channel, target } = entry ?? {};
      if (channel === undefined || target === undefined) continue;
      const problem = channel === "email" ? emailProblem(target) : urlProblem(target);
      if (problem !== undefined) findings.push({ path: [...path, "notify", i, "target"], message: problem });
    }
  }
  return findings;
};
