import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { RULES } from "../../../images/l3-router/src/rules.ts";
import { ALERT_FROM, REVIEW_FROM, score } from "../../../images/l3-router/src/score.ts";
import { classify } from "../../../images/l4-classifier/src/classify.ts";
import { EVIDENCE } from "../../../images/l4-classifier/src/evidence.ts";
import { escalate } from "../../../images/l8-analytics/src/escalate.ts";
import { readShrinkMetrics } from "../../../images/l8-analytics/src/shrink-metrics.ts";
import { Facts } from "../../../images/runtime/facts.ts";
import { parseLine } from "../../../images/runtime/ingest/parse-line.ts";
import { REJECT_REASONS } from "../../../images/runtime/reject-reason.ts";
import { SEVERITIES } from "../../../images/runtime/severity.ts";
import { BY_RULES } from "./support/decided-lines.ts";

function decide(line: string) {
  const parsed = parseLine(line, { format: "auto", source: "t", receivedAt: "2026-01-02T00:00:00.000Z" });
  if (!parsed.ok) throw new Error(parsed.detail);
  const { l3, severity } = score(parsed.value);
  return { l3, ...classify(new Facts(parsed.value.category, parsed.value.fields), l3, severity) };
}

describe("Layer 3 and Layer 4 on one line", () => {
  it.each(BY_RULES)("%s → %s, %s, %s", (line, decision, name, severity) => {
    const { l3, l4, severity: got } = decide(line);
    expect([l3.decision, l4.class, got]).toEqual([decision, name, severity]);
    expect(l3.score).toBeGreaterThanOrEqual(0);
    expect(l3.score).toBeLessThanOrEqual(1);
    expect(l4.confidence).toBeGreaterThan(0);
  });

  it("is documented rule by rule, with its weight and thresholds", () => {
    const text = readFileSync(resolve(import.meta.dirname, "../../../docs/services.md"), "utf8");
    for (const { id, weight } of RULES) expect(text).toContain(`| \`${id}\` | ${weight} |`);
    for (const { id, weight } of EVIDENCE) expect(text).toContain(`\`${id}\` ${weight}`);
    for (const reason of REJECT_REASONS) expect(text).toContain(`\`${reason}\``);
    expect(text).toContain(`| ≥ ${ALERT_FROM} | ALERT |`);
    expect(text).toContain(`| ≥ ${REVIEW_FROM} | REVIEW |`);
  });

  it("names each rule and each piece of evidence once, with a weight between 0 and 1", () => {
    for (const list of [RULES, EVIDENCE]) {
      expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
      expect(list.every(({ weight }) => weight > 0 && weight < 1)).toBe(true);
    }
  });
});

describe("escalation by SHRINK", () => {
  const shrink = (crisis_level: number, risk_acute_stress: number) =>
    readShrinkMetrics({ crisis_level, risk_acute_stress });

  it.each(SEVERITIES.map((severity) => [severity] as const))("leaves %s as it is below the thresholds", (severity) => {
    expect(escalate(severity, shrink(0.799, 0.699))).toEqual({ severity, escalations: [] });
    expect(escalate(severity, undefined)).toEqual({ severity, escalations: [] });
  });

  it("makes everything CRITICAL from a crisis level of 0.8 on", () => {
    expect(escalate("INFO", shrink(0.8, 0))).toEqual({ severity: "CRITICAL", escalations: ["shrink_crisis"] });
  });

  it("raises by one level from an acute stress of 0.7 on, never beyond CRITICAL", () => {
    expect(escalate("LOW", shrink(0, 0.7)).severity).toBe("MEDIUM");
    expect(escalate("CRITICAL", shrink(0, 1)).severity).toBe("CRITICAL");
  });

  it.each([
    undefined,
    null,
    {},
    { crisis_level: "0.9", risk_acute_stress: 0 },
    { crisis_level: 2, risk_acute_stress: 0 },
  ])("does not trust %j", (answer) => expect(() => readShrinkMetrics(answer)).toThrow(/expected a number/));
});
