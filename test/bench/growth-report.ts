import { textTable } from "../../infra/cli/text-table.ts";
import type { GrowthResult } from "./growth.ts";
import { median, type Sample } from "./measure.ts";

/** The cost of a tenant may grow by this factor from few tenants to many. */
const FLAT = 1.2;

/** Seconds by stack and number of tenants, what one more tenant costs among few and among many, and their ratio. */
export function growthTable({ tenants, previews, updates }: GrowthResult): string {
  const [few = 0, some = 0, many = 0] = tenants;
  const rows = stacks(previews).map((stack) => {
    const [a, b, c] = [of(previews, stack, few), of(previews, stack, some), of(previews, stack, many)];
    const early = (b - a) / (some - few);
    const late = (c - b) / (many - some);
    const each = [a, b, c].map((seconds) => `${seconds.toFixed(2)} s`);
    return [stack, ...each, `${ms(early)} → ${ms(late)}`, (late / early).toFixed(2), `≤ ${FLAT}`];
  });
  const header = ["preview of", ...tenants.map((n) => `${n} tenants`), "each further tenant", "ratio", "goal"];
  const parts = [textTable(header, rows, (text) => text)];
  if (updates.length > 0) parts.push("", updateTable(updates));
  const loads = [...previews, ...updates].map((sample) => sample.load);
  parts.push(`machine load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`);
  return parts.join("\n");
}

function updateTable(updates: readonly Sample[]): string {
  const counts = [...new Set(updates.map((sample) => sample.step))];
  const rows = stacks(updates).map((stack) => {
    const seconds = counts.map((count) => of(updates, stack, Number(count)));
    const ratio = (seconds.at(-1) ?? 0) / (seconds[0] ?? 1);
    return [stack, ...seconds.map((value) => `${value.toFixed(2)} s`), ratio.toFixed(2), `≤ ${FLAT}`];
  });
  return textTable(["adding to", ...counts.map((n) => `tenant no. ${n}`), "ratio", "goal"], rows, (text) => text);
}

const stacks = (samples: readonly Sample[]): string[] => [...new Set(samples.map((sample) => sample.side))];
const of = (samples: readonly Sample[], stack: string, tenants: number): number =>
  median(samples.filter((s) => s.side === stack && s.step === String(tenants)).map((s) => s.seconds)) ?? 0;
const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
