import { logTampering } from "./log-tampering.ts";
import { nc3OneSignature } from "./nc3-one-signature.ts";
import { nc3WithoutToken } from "./nc3-without-token.ts";
import { promptInjection } from "./prompt-injection.ts";
import { qdrantLeakage } from "./qdrant-leakage.ts";
import { redisInjection } from "./redis-injection.ts";
import type { Drill } from "./types.ts";

/** The six drills of Phase 5 (section 9.2), in their order. */
export const DRILLS: readonly Drill[] = [
  redisInjection,
  logTampering,
  promptInjection,
  qdrantLeakage,
  nc3WithoutToken,
  nc3OneSignature,
];
