import { addStage } from "../../runtime/stage.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import { route } from "./route.ts";

/** Layer 3 answers within 50 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 50;

/** L3 router (device 18): L3_IN → parse, score → L3_OUT and L4_IN; what cannot be read → REJECTS. */
export function createL3Router(service: TenantService): void {
  const { l3In, l3Out, l4In } = service.config.streams;
  const stage = { input: "l3_in", msgType: "L3_SCORE", group: "l3-router", from: l3In, to: [l3Out, l4In] };
  addStage(service, { ...stage, objectiveMs: OBJECTIVE_MS, step: route });
}
