import type { DsmilEvent } from "../../runtime/event.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import type { Severity } from "../../runtime/severity.ts";
import type { Action } from "../../runtime/soc/proposed-action.ts";
import type { TargetKind } from "./targets.ts";

/** A response to a finding: from which severity on, applied to what of which fields. */
export interface SignalResponse {
  readonly action: Action;
  readonly least: Severity;
  readonly kind: TargetKind;
  /** Fields that a target is taken from. */
  readonly fields: LineFields;
}

/** Fields of the finding as a whole: who is inside, where to. */
type Fitting = (matched: LineFields, all: LineFields) => readonly SignalResponse[];

/**
 * What devices 54 and 57 found → what fits. A matched indicator names what is to be blocked, and nothing else of the event is.
 * A machine of ours is isolated where it went to what was matched, not where that came to it. Habits of device 55 and regular
 * or large connections of device 57 are odd, not proven: they get an alert, as whatever is not listed.
 */
const FITTING: Readonly<Record<string, Fitting>> = {
  INTEL_MATCH: (matched, all) => [
    ...("dest_ip" in matched || "domain" in matched
      ? [{ action: "ISOLATE_HOST", least: "HIGH", kind: "machine", fields: only(all, "src_ip") } as const]
      : []),
    { action: "BLOCK_DOMAIN", least: "MEDIUM", kind: "domain", fields: matched },
    { action: "BLOCK_IP", least: "MEDIUM", kind: "address", fields: matched },
    { action: "QUARANTINE_FILE", least: "HIGH", kind: "file", fields: matched },
    { action: "DISABLE_ACCOUNT", least: "CRITICAL", kind: "user", fields: matched },
  ],
  DNS_TUNNEL: (_, all) => [
    { action: "ISOLATE_HOST", least: "HIGH", kind: "machine", fields: only(all, "src_ip") },
    { action: "BLOCK_DOMAIN", least: "HIGH", kind: "domain", fields: all },
  ],
  PORT_SCAN: (_, all) => [{ action: "BLOCK_IP", least: "MEDIUM", kind: "address", fields: only(all, "src_ip") }],
  HOST_SCAN: (_, all) => [{ action: "BLOCK_IP", least: "MEDIUM", kind: "address", fields: only(all, "src_ip") }],
};

/** What fits a finding of devices 54, 55 and 57; undefined for an event that is none. Pure. */
export function signalResponses(
  { l8_enrichment: found }: DsmilEvent,
  all: LineFields,
): readonly SignalResponse[] | undefined {
  if (found?.signal_flags === undefined) return undefined;
  const { field, value } = found.facts ?? {};
  const named = typeof field === "string" && field !== "__proto__" && typeof value === "string";
  const matched: LineFields = named ? { [field]: value } : {};
  return found.signal_flags.flatMap((flag) =>
    Object.hasOwn(FITTING, flag) ? (FITTING[flag]?.(matched, all) ?? []) : [],
  );
}

function only(fields: LineFields, name: string): LineFields {
  return fields[name] === undefined ? {} : { [name]: fields[name] };
}
