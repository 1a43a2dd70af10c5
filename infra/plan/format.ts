import type { Action, Change, PlanSummary } from "./types.ts";

/** How a format marks things; text has colours, Markdown has backticks. */
export interface PlanStyle {
  heading(text: string): string;
  action(action: Action, text: string): string;
  name(text: string): string;
  warn(text: string): string;
}

const SIGNS: Readonly<Record<Action, string>> = { create: "+", update: "~", replace: "±", delete: "-" };

/** The summary as lines, for a terminal or a review comment. */
export function formatPlan(plan: PlanSummary, style: PlanStyle): string {
  const { totals } = plan;
  if (plan.groups.length === 0) return `No changes on ${plan.stacks.join(", ")}.\n`;
  const lines: string[] = [];
  for (const { tenant, changes } of plan.groups) {
    lines.push("", style.heading(tenant === "shared" ? "shared by all tenants" : `tenant ${tenant}`));
    for (const [place, list] of Map.groupBy(changes, placeOf)) {
      lines.push(`  ${place}`);
      for (const change of list) lines.push(`    ${describe(change, style)}`);
    }
  }
  lines.push(
    "",
    `${totals.create} to create, ${totals.update} to change, ${totals.replace} to replace, ${totals.delete} to delete; ` +
      `${plan.untouchedContainers} containers untouched.`,
  );
  const down = plan.groups.flatMap((g) => g.changes).filter((c) => c.downtimeSeconds[1] > 0);
  lines.push(
    down.length === 0
      ? "Expected downtime: none."
      : `Expected downtime: ${down.map((c) => `${c.name} ${c.downtimeSeconds.join("–")} s`).join(", ")}.`,
  );
  for (const risk of plan.dataAtRisk) lines.push(style.warn(`Data at risk: ${risk}.`));
  if (plan.dataAtRisk.length === 0) lines.push("Data at risk: none.");
  return `${lines.join("\n").trimStart()}\n`;
}

function placeOf({ stack, device, layer }: Change): string {
  return device === undefined ? stack : `${stack} · device ${device} (${layer ?? "?"})`;
}

function describe({ action, type, name, properties }: Change, style: PlanStyle): string {
  const kind = type.slice(type.lastIndexOf(":") + 1);
  const what = properties.length > 0 && action !== "create" ? `  [${properties.slice(0, 6).join(", ")}]` : "";
  return style.action(action, `${SIGNS[action]} ${kind} ${style.name(name)}${what}`);
}
