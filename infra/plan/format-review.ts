import { formatSize } from "../model/units.ts";
import { formatPlan, type PlanStyle } from "./format.ts";
import type { InverseStep, Review } from "./review.ts";

/** Most lines of a list; the rest is counted. */
const MOST = 20;

/** A review as lines: the plan, then what it costs, what it breaks, how it is undone, and who has to approve it. */
export function formatReview(review: Review, style: PlanStyle): string {
  const plan = formatPlan(review, style);
  if (review.groups.length === 0 && review.policyFindings.length === 0) return plan;
  return [
    plan.trimEnd(),
    ...section(
      style,
      "restarts",
      review.restarts.map(
        ({ stack, name, tenant, seconds: [from, to] }) =>
          `${style.name(name)} on ${stack} (${tenant}): ${to === 0 ? "another replica serves on" : `${from}–${to} s`}`,
      ),
      "none",
    ),
    ...section(
      style,
      "memory of containers",
      review.memory.map(
        ({ node, beforeMiB, afterMiB, budgetMiB }) =>
          `${node}: ${formatSize(beforeMiB)} → ${formatSize(afterMiB)} of ${formatSize(budgetMiB)} (${percent(afterMiB, budgetMiB)})`,
      ),
    ),
    ...section(
      style,
      "policies",
      review.policyFindings.map(({ rule, resource, message, place }) =>
        style.warn(`${rule}: ${style.name(resource)}: ${message}${place}`),
      ),
      "all kept",
    ),
    ...section(style, "to undo it", inverseLines(review.inverse)),
    ...section(style, "change", [
      `class ${style.name(review.change.class)}: ${review.change.reasons.join("; ")}`,
      `plan ${style.name(review.digest)}`,
    ]),
    "",
  ].join("\n");
}

function section(style: PlanStyle, title: string, lines: readonly string[], none = "nothing"): string[] {
  const shown = lines.length > MOST ? [...lines.slice(0, MOST), `and ${lines.length - MOST} more`] : lines;
  return ["", style.heading(title), ...(shown.length > 0 ? shown : [none]).map((line) => `- ${line}`)];
}

function inverseLines(steps: readonly InverseStep[]): string[] {
  const counts = (["create", "update", "replace", "delete"] as const)
    .map((action) => [action, steps.filter((step) => step.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${action} ${count}`);
  return [
    `\`bin/dsmil rollback\`, or the manifest before: ${counts.join(", ")}`,
    ...[...new Set(steps.map((step) => step.tenant))].map((tenant) => {
      const own = steps.filter((step) => step.tenant === tenant);
      return `${tenant === "shared" ? "shared" : `tenant ${tenant}`}: ${own
        .map((step) => `${step.action} ${kindOf(step)} ${step.name}`)
        .slice(0, 6)
        .join(", ")}${own.length > 6 ? `, and ${own.length - 6} more` : ""}`;
    }),
    ...steps.flatMap(({ lost }) => (lost ? [`cannot be undone: ${lost}`] : [])),
  ];
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

/** `docker:index/container:Container` → `Container` */
const kindOf = ({ type }: InverseStep): string => type.slice(type.lastIndexOf(":") + 1);
