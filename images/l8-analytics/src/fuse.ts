import type { DsmilEvent, L8Result } from "../../runtime/event.ts";
import { escalate } from "./escalate.ts";
import type { Joined } from "./join-buffer.ts";
import type { ShrinkMetrics } from "./shrink-metrics.ts";

/** An event with the SOC router's verdict. */
export type FusedEvent = DsmilEvent & { readonly l8: L8Result };

/** Device 52's verdict on a joined event. */
export function fuse(
  { event, complete }: Joined,
  shrink: ShrinkMetrics | undefined,
  self: { readonly device: number; readonly layer: number },
): FusedEvent {
  const { severity, escalations } = escalate(event.severity, shrink);
  const l8 = { device: self.device, severity_before: event.severity, severity, escalations, complete };
  return { ...event, source_device: self.device, source_layer: self.layer, severity, l8 };
}
