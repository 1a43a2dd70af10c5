import type { DsmilEvent } from "../../runtime/event.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import { SEVERITIES, type Severity } from "../../runtime/severity.ts";
import type { Action } from "../../runtime/soc/proposed-action.ts";
import { signalResponses } from "./signal-candidates.ts";
import { type TargetKind, targetOf } from "./targets.ts";

/** An action that would fit an event, before anybody was asked. */
export interface Candidate {
  readonly action: Action;
  readonly target: string;
}

type Response = readonly [action: Action, least: Severity, kind: TargetKind];

/** Layer 4 has to be as sure as this before more than an alert is considered. */
const SURE = 0.6;

/** Class → what fits, from which severity on, applied to what; docs/l8.md. Classes that are not listed get alerts only. */
const RESPONSES: Readonly<Record<string, readonly Response[]>> = {
  MALWARE_C2: [
    ["ISOLATE_HOST", "HIGH", "machine"],
    ["BLOCK_DOMAIN", "MEDIUM", "domain"],
    ["BLOCK_IP", "MEDIUM", "address"],
    ["QUARANTINE_FILE", "HIGH", "file"],
  ],
  EXFILTRATION: [
    ["ISOLATE_HOST", "HIGH", "machine"],
    ["BLOCK_DOMAIN", "HIGH", "domain"],
    ["BLOCK_IP", "HIGH", "address"],
  ],
  EXPLOIT: [
    ["BLOCK_IP", "HIGH", "address"],
    ["ISOLATE_HOST", "CRITICAL", "machine"],
  ],
  BRUTE_FORCE: [
    ["BLOCK_IP", "MEDIUM", "address"],
    ["DISABLE_ACCOUNT", "CRITICAL", "user"],
  ],
  PRIVILEGE_ESCALATION: [
    ["DISABLE_ACCOUNT", "HIGH", "user"],
    ["ISOLATE_HOST", "CRITICAL", "machine"],
  ],
  RECON: [["BLOCK_IP", "MEDIUM", "address"]],
};

/** Severity from which an event that nothing else fits deserves an alert. */
const ALERT_FROM: Severity = "HIGH";

/** What fits an event, strongest first; nothing for most. Pure. */
export function candidatesOf(event: DsmilEvent): readonly Candidate[] {
  const { l4, severity } = event;
  const fields = fieldsOf(event);
  const classed = l4 && l4.confidence >= SURE ? (RESPONSES[l4.class] ?? []) : [];
  const responses =
    signalResponses(event, fields) ?? classed.map(([action, least, kind]) => ({ action, least, kind, fields }));
  const fitting = responses.flatMap(({ action, least, kind, fields: from }): Candidate[] => {
    const target = reaches(severity, least) ? targetOf(from, kind) : undefined;
    return target === undefined ? [] : [{ action, target }];
  });
  if (fitting.length > 0) return fitting;
  return reaches(severity, ALERT_FROM) ? [alertOf(event)] : [];
}

/** The alert about an event: what is proposed where nothing stronger fits, or may be. */
export function alertOf(event: DsmilEvent): Candidate {
  const fields = fieldsOf(event);
  const kinds = ["address", "machine", "domain", "user", "file"] as const;
  const target = kinds.map((kind) => targetOf(fields, kind)).find((one) => one !== undefined);
  return { action: "ALERT_ONLY", target: target ?? `class:${event.l4?.class ?? event.category}` };
}

function fieldsOf({ payload }: DsmilEvent): LineFields {
  const { fields } = payload;
  return typeof fields === "object" && fields !== null && !Array.isArray(fields) ? (fields as LineFields) : {};
}

const reaches = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
