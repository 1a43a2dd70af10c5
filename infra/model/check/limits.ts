import type { Finding, ManifestPath } from "../manifest-error.ts";
import { milliseconds } from "../units.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Shortest and longest retention of each kind, and what it is counted in (Phase 5 §4.1: 24 h hot, 7 d SOC events). */
const RETENTION = [
  { key: "hot", least: "1h", most: "30d", unit: "1s", example: "24h" },
  { key: "soc", least: "1h", most: "90d", unit: "1s", example: "7d" },
  { key: "archive", least: "1d", most: "3650d", unit: "1d", example: "90d" },
] as const;

/** Durations are within what the stores are sized for, and later stages keep at least as long as earlier ones. */
export const checkLimits: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("layers", manifest.layers)) {
    findings.push(...range([...path, "slo", "p99"], value.slo?.p99, "1ms", "60s"));
  }
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    const kept = value.retention ?? {};
    let shorter: { key: string; text: string } | undefined;
    for (const { key, least, most, unit, example } of RETENTION) {
      const text = kept[key];
      const at = [...path, "retention", key];
      const wrong = [...range(at, text, least, most), ...whole(at, text, unit, example)];
      findings.push(...wrong);
      if (text === undefined || wrong.length > 0) continue;
      if (shorter !== undefined && milliseconds(shorter.text) > milliseconds(text)) {
        const message = `${shorter.text} is longer than ${key} keeps (${text}); expected at most ${text}`;
        findings.push({ path: [...path, "retention", shorter.key], message });
      }
      shorter = { key, text };
    }
    findings.push(...logRetention([...path, "retention", "logs"], kept.logs));
  }
  findings.push(...logRetention(["logs", "retention"], manifest.logs?.retention));
  const every = manifest.dbe?.rotation?.every;
  findings.push(...range(["dbe", "rotation", "every"], every, "10s", "7d"));
  findings.push(...whole(["dbe", "rotation", "every"], every, "1s", "1h"));
  return findings;
};

/** Loki deletes nothing that is younger than a day, and a question spans 30 days at most. */
function logRetention(path: ManifestPath, text: string | undefined): Finding[] {
  return [...range(path, text, "24h", "30d"), ...whole(path, text, "1h", "168h")];
}

function range(path: ManifestPath, text: string | undefined, least: string, most: string): Finding[] {
  if (text === undefined) return [];
  const ms = milliseconds(text);
  if (ms >= milliseconds(least) && ms <= milliseconds(most)) return [];
  return [{ path, message: `${text} is out of range; expected ${least} to ${most}` }];
}

function whole(path: ManifestPath, text: string | undefined, unit: keyof typeof UNITS, example: string): Finding[] {
  if (text === undefined || milliseconds(text) % milliseconds(unit) === 0) return [];
  return [{ path, message: `${text} is no whole number of ${UNITS[unit]}; expected one such as ${example}` }];
}

const UNITS = { "1s": "seconds", "1h": "hours", "1d": "days" } as const;
