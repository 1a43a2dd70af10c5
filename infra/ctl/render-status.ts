import type { ContainerAnswer, StatusAnswer } from "../../images/runtime/control/answers.ts";
import type { SloAnswer } from "../../images/runtime/control/findings.ts";
import type { Told } from "./ask-node.ts";
import { type Cell, clean, columns, fit, type Paint } from "./paint.ts";
import { bytes, latency, span } from "./units.ts";

export interface FleetStatus {
  readonly nodes: readonly Told<StatusAnswer>[];
  readonly slo: readonly Told<SloAnswer>[];
}

/** Whether a container runs, and its check passes where it has one. */
export const isWell = ({ state, health }: Pick<ContainerAnswer, "state" | "health">): boolean =>
  state === "running" && health !== "unhealthy";

/** Whether all nodes answer, all containers are well, service levels can be had where there are any, and no promise is broken. */
export const isAllWell = ({ nodes, slo }: FleetStatus): boolean =>
  nodes.every((told) => "answer" in told && told.answer.containers.every(isWell)) &&
  untold(slo).length === 0 &&
  levelsOf(slo).every(({ objectives }) => objectives.every(({ state }) => state !== "broken"));

/** The fleet's status as text. @param width columns of the terminal */
export function renderStatus(status: FleetStatus, paint: Paint, width = 80): string {
  const containers = status.nodes.flatMap((told) =>
    "answer" in told ? told.answer.containers.map((one) => ({ ...one, node: told.node })) : [],
  );
  const ill = containers.filter((one) => !isWell(one));
  const parts = [
    nodeTable(status.nodes, paint, width),
    serviceTable(containers, paint, width),
    sloTable(status.slo, paint, width),
    untold(status.slo)
      .map(({ node, failure }) => paint.red(fit(`✗ service levels: ${node}: ${clean(failure)}`, width)))
      .join("\n"),
    ...(ill.length > 0 ? [illTable(ill, paint, width)] : []),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

type OnNode = ContainerAnswer & { readonly node: string };

function nodeTable(nodes: FleetStatus["nodes"], paint: Paint, width: number): string {
  const away = nodes.flatMap((told) => ("failure" in told ? [told] : []));
  const rows = nodes.flatMap((told): Cell[][] => {
    if (!("answer" in told)) return [];
    const { node, containers } = told.answer;
    const well = containers.filter(isWell).length;
    const all = well === containers.length;
    return [
      [
        [`● ${told.node}`, all ? paint.green : paint.yellow],
        [`${well} of ${containers.length}`, all ? paint.green : paint.red],
        node.load.map((load) => load.toFixed(2)).join(" "),
        `${bytes(node.memoryAvailableBytes)} of ${bytes(node.memoryBytes)}`,
        node.diskFreeBytes === undefined ? "-" : bytes(node.diskFreeBytes),
        span(node.uptimeSeconds),
      ],
    ];
  });
  const told =
    rows.length > 0 ? [columns(["NODE", "WELL", "LOAD", "MEMORY FREE", "DISK FREE", "UP"], rows, paint, width)] : [];
  const lost = away.map(({ node, status, failure }) =>
    paint.red(fit(`✗ ${node}  ${status === undefined ? "AWAY  " : ""}${clean(failure)}`, width)),
  );
  return [...told, ...lost].join("\n");
}

function serviceTable(containers: readonly OnNode[], paint: Paint, width: number): string {
  const services = [...new Set(containers.map(({ service }) => service))].sort();
  const rows = services.map((service): Cell[] => {
    const own = containers.filter((one) => one.service === service);
    const well = own.filter(isWell).length;
    const good = well === own.length;
    const used = sum(own.map(({ memoryBytes }) => memoryBytes));
    const limit = sum(own.map(({ memoryLimitBytes }) => memoryLimitBytes));
    const restarts = sum(own.map(({ restarts: count }) => count)) ?? 0;
    return [
      [`${good ? "●" : "✗"} ${clean(service)}`, good ? paint.green : paint.red],
      own[0]?.layer ?? "-",
      [`${well}/${own.length}`, good ? (text) => text : paint.red],
      used === undefined || limit === undefined ? "-" : `${bytes(used)} of ${bytes(limit)}`,
      restarts === 0 ? "-" : [String(restarts), paint.yellow],
      [...new Set(own.map(({ node }) => node))].sort().join(" "),
    ];
  });
  return rows.length === 0
    ? ""
    : columns(["SERVICE", "LAYER", "WELL", "MEMORY", "RESTARTS", "NODES"], rows, paint, width);
}

/** Service levels as a table; empty where nobody told any. */
export function sloTable(slo: FleetStatus["slo"], paint: Paint, width: number): string {
  const rows = levelsOf(slo).map(({ layer, tenant, p99Seconds, objectives }): Cell[] => [
    clean(layer),
    clean(tenant ?? "-"),
    ...(["availability", "errors", "latency"] as const).map((name): Cell => {
      const { state = "none", ratio, budget } = objectives.find(({ objective }) => objective === name) ?? {};
      const share = ratio === undefined || budget === undefined ? "" : ` ${percent(ratio)} of ${percent(budget)}`;
      return marked(state, share, paint);
    }),
    p99Seconds === undefined ? "-" : latency(p99Seconds),
  ]);
  const header = ["LAYER", "TENANT", "DOWN (1 H)", "FAILED (1 H)", "SLOW (1 H)", "P99"];
  return rows.length === 0 ? "" : columns(header, rows, paint, width);
}

function marked(state: string, share: string, paint: Paint): Cell {
  if (state === "met") return [`●${share}`, paint.green];
  if (state === "burning") return [`▲${share}`, paint.yellow];
  if (state === "broken") return [`✗${share}`, paint.red];
  return [state === "unknown" ? "? no data" : "-", paint.dim];
}

function illTable(ill: readonly OnNode[], paint: Paint, width: number): string {
  const rows = ill.map(({ name, node, state, health, since }): Cell[] => [
    [`✗ ${clean(name)}`, paint.red],
    node,
    state === "running" ? health : state,
    since === undefined ? "-" : span((Date.now() - Date.parse(since)) / 1000),
  ]);
  return columns(["NOT WELL", "NODE", "STATE", "SINCE START"], rows, paint, width);
}

const levelsOf = (slo: FleetStatus["slo"]) => slo.flatMap((told) => ("answer" in told ? told.answer.layers : []));

/** Why service levels cannot be had. One node has them: where it tells them, it does not matter who else is away. */
const untold = (slo: FleetStatus["slo"]) =>
  slo.some((told) => "answer" in told) ? [] : slo.flatMap((told) => ("failure" in told ? [told] : []));

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`;

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}
