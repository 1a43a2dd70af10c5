import type { Board, Row } from "./board.ts";
import { executive } from "./executive.ts";
import { globalOverview } from "./global-overview.ts";
import { nodeHealth } from "./node-health.ts";
import { pqcDbe } from "./pqc-dbe.ts";
import { slo } from "./slo.ts";
import { socView } from "./soc-view.ts";
import { tenantBoard } from "./tenant.ts";
import type { Viewer } from "./viewer.ts";

/**
 * The dashboards that a viewer may see, in the order of a menu: operators see all, a tenant's people two, of their tenant
 * alone. Panels of services that the manifest does not have are left out, and rows without a panel.
 */
export function boardsFor({ model, tenant }: Viewer): readonly Board[] {
  const tenants = (tenant === undefined ? model.tenants : [tenant]).map(({ prefix }) => prefix);
  const own = tenants.length === 0 ? [] : [socView(tenants), tenantBoard(tenants)];
  const all = tenant === undefined ? [globalOverview(), ...own, executive(), nodeHealth(), pqcDbe(), slo(model)] : own;
  const services = new Set(model.services.map(({ id }) => id));
  const shown = (row: Row): Row => ({
    ...row,
    panels: row.panels.filter(({ needs = [] }) => needs.every((id) => services.has(id))),
  });
  return all.map((board) => ({
    ...board,
    rows: board.rows
      .filter(({ audience }) => tenant === undefined || audience === undefined)
      .map(shown)
      .filter(({ panels }) => panels.length > 0),
  }));
}
