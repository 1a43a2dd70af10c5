import type { DsmilEvent } from "../../runtime/event.ts";
import { nameUuid } from "../../runtime/name-uuid.ts";
import type { Refuser } from "../../runtime/reject.ts";
import type { AdvmlFlag } from "./flags.ts";

/** Something that device 51 found. */
export interface Finding {
  readonly flag: Exclude<AdvmlFlag, "PROMPT_INJECTION">;
  /** Id of the event, or name of the row: `decisions/l8-soar-alpha/17`. */
  readonly about: string;
  /** For a person. */
  readonly detail: string;
  /** What tells this finding from others of its flag about the same thing. */
  readonly mark?: string;
  readonly l3_score?: number;
  readonly l4_threat?: number;
}

/** The id of a finding's event: the same whenever the same is found. */
export function findingId(tenant: string, { flag, about, mark = "" }: Finding): string {
  return nameUuid(`advml/${tenant}/${flag}/${about}/${mark}`);
}

/**
 * A finding as SOC_EVENTS and the archive have it: an event of its own, category ADVML. It has neither `l3` nor `l4`, so
 * that nothing is ever found about what they say of each other in it.
 */
export function findingEvent(finding: Finding, self: Refuser, now: Date): DsmilEvent {
  const { flag, about, detail, l3_score, l4_threat } = finding;
  const scores = { ...(l3_score !== undefined && { l3_score }), ...(l4_threat !== undefined && { l4_threat }) };
  const facts = { advml_flags: [flag], about, ...scores };
  const ts = now.toISOString();
  return {
    event_id: findingId(self.tenant, finding),
    tenant_id: self.tenant,
    ts,
    source_device: self.device,
    source_layer: self.layer,
    category: "ADVML",
    severity: "HIGH",
    payload: { source: "l8-advml", received_at: ts, detail, ...facts },
    l8_enrichment: facts,
  };
}
