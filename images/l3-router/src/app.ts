import { BatchModel } from "../../runtime/models/batch-model.ts";
import { LINE_SEVERITY_FEATURES } from "../../runtime/models/features/line-features.ts";
import { addStage } from "../../runtime/stage.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { L3Config } from "./config.ts";
import { route } from "./route.ts";

/** Layer 3 answers within 50 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 50;

/** The model that scores a line; models/l3-sensor-fusion made it. */
const MODEL = {
  name: "l3-sensor-fusion",
  features: "line-severity-v1",
  width: LINE_SEVERITY_FEATURES.length,
  columns: ["act"],
};

/** L3 router (device 18): L3_IN → parse, score → L3_OUT and L4_IN; what cannot be read → REJECTS. */
export async function createL3Router(service: TenantService, config: L3Config): Promise<void> {
  const { l3In, l3Out, l4In } = config.streams;
  const model = new BatchModel(service, MODEL, config.models);
  await model.start();
  const stage = { input: "l3_in", msgType: "L3_SCORE", group: "l3-router", from: l3In, to: [l3Out, l4In] };
  addStage(service, { ...stage, objectiveMs: OBJECTIVE_MS, step: (entries, self) => route(entries, self, model) });
}
