import type { Finding } from "../manifest-error.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** What a tenant may do does not contradict the level it works under. */
export const checkTenants: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    const actions = value.actions ?? [];
    for (const [i, action] of actions.entries()) {
      if (action === undefined || action === "ALERT_ONLY") continue;
      const at = [...path, "actions", i];
      if (value.roe_level === "ANALYSIS_ONLY") {
        findings.push({
          path: at,
          message: `${action} goes beyond ANALYSIS_ONLY; expected ALERT_ONLY, or another roe_level`,
        });
      } else if (actions.includes("ALERT_ONLY")) {
        findings.push({
          path: at,
          message: `${action} contradicts ALERT_ONLY; expected ALERT_ONLY alone, or actions without it`,
        });
      }
    }
  }
  return findings;
};
