import type { DsmilEvent, Json } from "../../runtime/event.ts";
import { nameUuid } from "../../runtime/name-uuid.ts";
import type { Severity } from "../../runtime/severity.ts";

/** What the three devices of this service find: a metric label, so the list is closed. */
export const SIGNAL_FLAGS = {
  INTEL_MATCH: { device: 54, category: "INTEL" },
  UNUSUAL_LOGIN: { device: 55, category: "BEHAVIOR" },
  BEACON: { device: 57, category: "NETWORK" },
  PORT_SCAN: { device: 57, category: "NETWORK" },
  HOST_SCAN: { device: 57, category: "NETWORK" },
  DNS_TUNNEL: { device: 57, category: "NETWORK" },
  UPLOAD: { device: 57, category: "NETWORK" },
} as const;

export type SignalFlag = keyof typeof SIGNAL_FLAGS;

/** Something that was found in what happened. */
export interface Signal {
  readonly flag: SignalFlag;
  readonly severity: Severity;
  /** Id of the event that it was found at. */
  readonly about: string;
  /** Tells it from others of its flag: the same whenever the same is found. */
  readonly mark: string;
  /** For a person. */
  readonly detail: string;
  /** Names and figures that led to it. */
  readonly facts: { readonly [key: string]: Json };
  /** What it is about, under the names that lines have: what responses can be applied to. */
  readonly fields: { readonly [key: string]: string | number };
}

const LAYER = 8;

/** The id of a signal's event: the same whenever the same is found. */
export function signalId(tenant: string, { flag, mark }: Signal): string {
  return nameUuid(`signals/${tenant}/${flag}/${mark}`);
}

/** A signal as SOC_EVENTS and the archive have it: an event of its own, which has neither `l3` nor `l4`. */
export function signalEvent(signal: Signal, tenant: string, now: Date): DsmilEvent {
  const { flag, severity, about, detail, facts, fields } = signal;
  const { device, category } = SIGNAL_FLAGS[flag];
  const said = { signal_flags: [flag], about, facts };
  const ts = now.toISOString();
  return {
    event_id: signalId(tenant, signal),
    tenant_id: tenant,
    ts,
    source_device: device,
    source_layer: LAYER,
    category,
    severity,
    payload: { source: "l8-signals", received_at: ts, detail, ...said, fields },
    l8_enrichment: said,
  };
}
