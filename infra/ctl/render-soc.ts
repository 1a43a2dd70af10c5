import type { SocAnswer } from "../../images/runtime/control/soc.ts";
import { type Cell, clean, columns, fit, type Paint } from "./paint.ts";
import { span } from "./units.ts";

/** How much of it is shown. */
export interface SocLook {
  /** Columns to lay out for. */
  readonly width: number;
  /** Lines that there are; all of it where absent. */
  readonly height?: number;
  /** Milliseconds since 1970, by the clock of who looks. */
  readonly now: number;
}

/** Rows of the table of rates, in a screen that is not high enough for all. */
const MOST_RATES = 8;

/** The SOC's figures as text: rates by layer, alerts that fire, then what was seen last. */
export function renderSoc(soc: SocAnswer, paint: Paint, { width, height, now }: SocLook): string {
  const rates = rateTable(soc, paint, width, height === undefined ? undefined : MOST_RATES);
  const waiting = waitingLine(soc, paint, width);
  const above = [rates, ...(waiting === "" ? [] : [waiting])].join("\n\n");
  const left = height === undefined ? undefined : Math.max(2, height - above.split("\n").length - 2);
  return `${above}\n\n${seenTable(soc, paint, { width, now, ...(left !== undefined && { height: left }) })}\n`;
}

function rateTable({ rates }: SocAnswer, paint: Paint, width: number, most = Number.POSITIVE_INFINITY): string {
  const busy = rates.filter(({ perSecond }) => perSecond > 0);
  if (busy.length === 0) return paint.dim("No event or request within the last minute.");
  // The busiest, in the order of layers.
  const least = [...busy].sort((a, b) => b.perSecond - a.perSecond)[Math.min(most, busy.length) - 1]?.perSecond ?? 0;
  const shown = busy.filter(({ perSecond }) => perSecond >= least).slice(0, most);
  const top = Math.max(...shown.map(({ perSecond }) => perSecond));
  const rows = shown.map(({ layer, tenant, what, perSecond }): Cell[] => [
    clean(layer),
    clean(tenant ?? "-"),
    fit(clean(what), 24),
    figure(perSecond).padStart(8),
    [bar(perSecond / top), paint.cyan],
  ]);
  const table = columns(["LAYER", "TENANT", "WHAT", "A SECOND", ""], rows, paint, width);
  const left = busy.length - shown.length;
  return left > 0 ? `${table}\n${paint.dim(`and ${left} slower ones`)}` : table;
}

function waitingLine({ waiting }: SocAnswer, paint: Paint, width: number): string {
  const some = waiting.filter(({ lines }) => lines > 0);
  if (some.length === 0) return "";
  const parts = some.map(
    ({ tenant, lines, oldestSeconds }) => `${clean(tenant)} ${lines}, the oldest for ${span(oldestSeconds)}`,
  );
  return paint.yellow(fit(`▲ lines wait: ${parts.join("; ")}`, width));
}

interface Row {
  readonly at: string | undefined;
  readonly severity: string;
  readonly layer: string | undefined;
  readonly tenant: string | undefined;
  readonly decision: string;
  readonly count: string;
  readonly what: string;
}

function seenTable(soc: SocAnswer, paint: Paint, { width, height = Number.POSITIVE_INFINITY, now }: SocLook): string {
  const all = rowsOf(soc);
  const minutes = Math.round(soc.windowSeconds / 60);
  if (all.length === 0) return paint.dim(`Nothing was found or decided within ${minutes} min, and no alert fires.`);
  // The line of titles, and one that says what is not shown.
  const room = Math.max(1, all.length + 1 > height ? height - 2 : all.length);
  const rows = all
    .slice(0, room)
    .map((one): Cell[] => [
      one.at === undefined ? "-" : span((now - Date.parse(one.at)) / 1000),
      [one.severity === "" ? "-" : clean(one.severity), colourOf(one.severity, paint)],
      clean(one.layer ?? "-"),
      clean(one.tenant ?? "-"),
      clean(one.decision || "-"),
      one.count.padStart(5),
      clean(one.what),
    ]);
  const header = ["AGE", "SEVERITY", "LAYER", "TENANT", "DECISION", "COUNT", "WHAT"];
  const table = columns(header, rows, paint, width);
  return all.length > room ? `${table}\n${paint.dim(`and ${all.length - room} more`)}` : table;
}

/** What fires, and below it what was counted, as rows of one table; both newest first. */
function rowsOf({ seen, alerts }: SocAnswer): Row[] {
  const rows = [
    ...seen.map(({ kind, tenant, layer, severity = "", decision = "", what, count, last }) => ({
      ...{ at: last, severity, layer, tenant, decision, count: whole(count) },
      what: what === undefined ? `${kind}s` : `${kind} ${what}`,
    })),
    ...alerts.map(({ name, severity, tenant, layer, since }) => ({
      ...{ at: since, severity: severity.toUpperCase(), layer, tenant, decision: "fires", count: "-" },
      what: `alert ${name}`,
    })),
  ];
  const fires = (row: Row): number => (row.decision === "fires" ? 0 : 1);
  return rows.sort((a, b) => fires(a) - fires(b) || ((a.at ?? "") < (b.at ?? "") ? 1 : -1));
}

function colourOf(severity: string, paint: Paint): (text: string) => string {
  if (severity === "CRITICAL") return (text) => paint.bold(paint.red(text));
  if (severity === "HIGH") return paint.red;
  return severity === "MEDIUM" || severity === "WARNING" ? paint.yellow : (text) => text;
}

const BAR = 16;
const bar = (share: number): string => "▪".repeat(Math.max(1, Math.round(share * BAR)));

const figure = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toFixed(value < 1 ? 2 : 1));

/** `1234`, `56 k` */
const whole = (count: number): string => (count < 10_000 ? String(count) : `${Math.round(count / 1000)} k`);
