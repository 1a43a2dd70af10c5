import { PanelBuilder as Bars } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Panel as GrafanaPanel,
  type GridPos,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Numbers } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as Lines } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Panel } from "../board.ts";
import { PROMETHEUS_UID } from "./datasource-uid.ts";

const DATASOURCE = { type: "prometheus", uid: PROMETHEUS_UID };

/** Where a panel stands and its number, which is unique on its dashboard. */
export interface Place {
  readonly id: number;
  readonly at: GridPos;
}

/** A panel as Grafana keeps it. */
export function panelJson(panel: Panel, place: Place): Builder<GrafanaPanel> {
  if (panel.look === "lines") return lines(panel, place);
  return panel.look === "bars" ? bars(panel, place) : number(panel, place);
}

function lines(panel: Panel, place: Place): Lines {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
  const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
  const mode = panel.steps ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off;
  return dressed(new Lines(), panel, place)
    .legend(legend)
    .tooltip(tooltip)
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(mode))
    .min(0);
}

function bars(panel: Panel, place: Place): Bars {
  return dressed(new Bars(), panel, place).orientation(VizOrientation.Horizontal).reduceOptions(last()).min(0);
}

function number(panel: Panel, place: Place): Numbers {
  return dressed(new Numbers(), panel, place).graphMode(BigValueGraphMode.Area).reduceOptions(last());
}

function last(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
}

/** What all looks have in common. */
function dressed<B extends Lines | Bars | Numbers>(builder: B, panel: Panel, { id, at }: Place): B {
  builder
    .id(id)
    .title(panel.title)
    .description(panel.description)
    .datasource(DATASOURCE)
    .gridPos(at)
    .unit(panel.unit)
    .thresholds(thresholds(panel))
    .targets(panel.queries.map((_query, index) => target(panel, index)));
  return builder;
}

function thresholds({ steps = [{ color: "green" }] }: Panel): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ from, color }) => ({ value: from ?? null, color })));
}

function target({ queries, look }: Panel, index: number): Builder<Dataquery> {
  const { expr = "", legend = "" } = queries[index] ?? {};
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend);
  return look === "bars" ? query.instant() : query.range();
}
