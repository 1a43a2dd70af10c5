import type { Entity, Trace } from "../../runtime/models/features/entity-features.ts";

/** What might come next, each planned for by a device of its own. */
export interface Scenario {
  readonly name: string;
  readonly device: number;
  readonly next: Pick<Trace, "class" | "severity" | "score" | "entered">;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "exploit_attempt", device: 38, next: { class: "EXPLOIT", severity: "HIGH", score: 0.7, entered: false } },
  { name: "login_succeeds", device: 39, next: { class: "BENIGN", severity: "LOW", score: 0.3, entered: true } },
  {
    name: "privileges_gained",
    device: 40,
    next: { class: "PRIVILEGE_ESCALATION", severity: "HIGH", score: 0.6, entered: false },
  },
  {
    name: "command_channel",
    device: 41,
    next: { class: "MALWARE_C2", severity: "CRITICAL", score: 0.85, entered: false },
  },
  { name: "data_leaves", device: 42, next: { class: "EXFILTRATION", severity: "HIGH", score: 0.8, entered: false } },
];

/** The entity as it would be if each scenario came true now. */
export function scenariosOf(entity: Entity, now: number): { readonly scenario: Scenario; readonly entity: Entity }[] {
  const target = entity.traces.at(-1)?.target ?? "";
  return SCENARIOS.map((scenario) => ({
    scenario,
    entity: { ...entity, traces: [...entity.traces, { at: now, target, ...scenario.next }] },
  }));
}
