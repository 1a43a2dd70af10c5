import { BatchModel } from "../../runtime/models/batch-model.ts";
import { LINE_FEATURES } from "../../runtime/models/features/line-features.ts";
import { addStage } from "../../runtime/stage.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import { CLASSES } from "./classes.ts";
import { classifyEntries } from "./classify-entries.ts";
import type { L4Config } from "./config.ts";

/** Layer 4 answers within 100 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 100;

/** The model that names the class; models/l4-threat-classifier made it. */
const MODEL = { name: "l4-threat-classifier", features: "line-v1", width: LINE_FEATURES.length, columns: CLASSES };

/** L4 classifier (device 25): L4_IN → class with confidence → L4_OUT, which carries event, l3 and l4. */
export async function createL4Classifier(service: TenantService, config: L4Config): Promise<void> {
  const { l4In, l4Out } = config.streams;
  const model = new BatchModel(service, MODEL, config.models);
  await model.start();
  const stage = { input: "l4_in", msgType: "L4_CLASSIFY", group: "l4-classifier", from: l4In, to: [l4Out] };
  addStage(service, {
    ...stage,
    objectiveMs: OBJECTIVE_MS,
    step: (entries, self) => classifyEntries(entries, self, model),
  });
}
