import type { Board, Panel } from "../board.ts";

/** The values that a dashboard is looked at with; undefined for one without a variable. */
export function tenantsOf({ tenants }: Board): readonly (string | undefined)[] {
  return tenants.length === 0 ? [undefined] : tenants;
}

/** A query as Grafana sends it with this tenant chosen. */
export function filled(expr: string, tenant: string | undefined): string {
  return tenant === undefined ? expr : expr.replaceAll("$tenant", tenant);
}

/** A legend with the labels of a series filled in, as Grafana does; nothing for a label that it does not have. */
export function named(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_all, label: string) => labels[label] ?? "").trim();
}

/** All panels of a dashboard, with the row that they stand in. */
export function panelsOf({ rows }: Board): readonly { readonly row: string; readonly panel: Panel }[] {
  return rows.flatMap(({ title, panels }) => panels.map((panel) => ({ row: title, panel })));
}
