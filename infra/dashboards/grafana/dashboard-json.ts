import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Board, Panel } from "../board.ts";
import { panelJson } from "./panel-json.ts";

/** Columns of a dashboard; rows of panels are this high, headings one line. */
const COLUMNS = 24;
const HEIGHT = { number: 5, lines: 8, bars: 8 } as const;

/** A dashboard as Grafana keeps it. The same board makes the same JSON, to the byte. */
export function dashboardJson(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags(["dsmil"])
    .timezone("utc")
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .link(menu());
  if (board.tenants.length > 0) builder.withVariable(tenantVariable(board.tenants));
  let y = 0;
  let id = 1;
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y: y++, w: COLUMNS, h: 1 }));
    for (const line of linesOf(panels)) {
      const h = Math.max(...line.map(({ look }) => HEIGHT[look]));
      let x = 0;
      for (const panel of line) {
        builder.withPanel(panelJson(panel, { id: id++, at: { x, y, w: panel.width, h } }));
        x += panel.width;
      }
      y += h;
    }
  }
  return builder.build();
}

/** The other dashboards, at the top of each. */
function menu(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags(["dsmil"])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true);
}

function tenantVariable(tenants: readonly string[]): CustomVariableBuilder {
  const [first = ""] = tenants;
  return new CustomVariableBuilder("tenant")
    .label("Tenant")
    .values(tenants.join(","))
    .options(tenants.map((one) => ({ text: one, value: one, selected: one === first })))
    .current({ text: first, value: first, selected: true })
    .multi(false)
    .includeAll(false)
    .allowCustomValue(false);
}

/** Panels that stand beside each other. */
function linesOf(panels: readonly Panel[]): Panel[][] {
  const lines: Panel[][] = [];
  let room = 0;
  for (const panel of panels) {
    if (panel.width > room) {
      lines.push([]);
      room = COLUMNS;
    }
    lines.at(-1)?.push(panel);
    room -= panel.width;
  }
  return lines;
}
