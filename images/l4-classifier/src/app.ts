import { addStage } from "../../runtime/stage.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import { classifyEntry } from "./classify-entry.ts";

/** Layer 4 answers within 100 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 100;

/** L4 classifier (device 25): L4_IN → class with confidence → L4_OUT, which carries event, l3 and l4. */
export function createL4Classifier(service: TenantService): void {
  const { l4In, l4Out } = service.config.streams;
  const stage = { input: "l4_in", msgType: "L4_CLASSIFY", group: "l4-classifier", from: l4In, to: [l4Out] };
  addStage(service, { ...stage, objectiveMs: OBJECTIVE_MS, step: classifyEntry });
}
