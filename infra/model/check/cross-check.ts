import type { Loose, Manifest } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import { checkAddresses } from "./addresses.ts";
import { checkAlerts } from "./alerts.ts";
import { checkCoalition } from "./coalition.ts";
import { checkDbe } from "./dbe.ts";
import { checkDevices } from "./devices.ts";
import { checkDuplicates } from "./duplicates.ts";
import { checkFeeds } from "./feeds.ts";
import { checkLimits } from "./limits.ts";
import { checkLogs } from "./logs.ts";
import { checkMemory } from "./memory.ts";
import { checkNames } from "./names.ts";
import { checkNodeKeys } from "./node-keys.ts";
import { checkNotify } from "./notify.ts";
import { checkOperators } from "./operators.ts";
import { checkReferences } from "./references.ts";
import { checkServices } from "./services.ts";
import { checkShrink } from "./shrink.ts";
import { checkTenants } from "./tenants.ts";

/** One family of checks: reads the sound parts of a manifest, says what is wrong with them. */
export type Check = (manifest: Loose<Manifest>) => readonly Finding[];

const CHECKS: readonly Check[] = [
  checkReferences,
  checkDuplicates,
  checkNames,
  checkAddresses,
  checkDevices,
  checkNodeKeys,
  checkMemory,
  checkServices,
  checkDbe,
  checkShrink,
  checkTenants,
  checkNotify,
  checkAlerts,
  checkLogs,
  checkOperators,
  checkFeeds,
  checkCoalition,
  checkLimits,
];

/** All checks that need more than one part of the manifest, or arithmetic. */
export function crossCheck(manifest: Loose<Manifest>): Finding[] {
  return CHECKS.flatMap((check) => check(manifest));
}
