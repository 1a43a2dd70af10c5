import { textTable } from "../../../infra/cli/text-table.ts";
import { median } from "../measure.ts";
import { type DbeResult, type DbeSample, LOADS, SIDES, type SideName } from "./sides.ts";

/** One line of the result: medians over the rounds, and what they are to the plain paths. */
export interface DbeRow {
  readonly size: number;
  readonly side: SideName;
  /** Microseconds there and back. */
  readonly p50: number;
  readonly p99: number;
  /** The p99 of the round with the smallest: a machine that does other things as well shows in the others. */
  readonly bestP99: number;
  readonly addedToTcp: Added;
  readonly addedToTls: Added;
  /** Times of raw TCP's and of TLS's p50. */
  readonly p50ToTcp: number;
  readonly p50ToTls: number;
  /** Messages a second there and back, and times of raw TCP's. */
  readonly rate: number;
  readonly rateToTcp: number;
  /** Processor time a message in all processes, microseconds. */
  readonly processor: number;
}

/** Microseconds more than a plain path's. */
interface Added {
  readonly p50: number;
  readonly p99: number;
  readonly bestP99: number;
}

/** Medians and ratios of all sides and sizes. */
export function dbeRows({ samples }: Pick<DbeResult, "samples">): DbeRow[] {
  return LOADS.flatMap(({ size }) => {
    const of = (side: SideName) => figures(samples.filter((s) => s.side === side && s.size === size));
    const [tcp, tls] = [of("tcp"), of("tls")];
    return SIDES.map((side) => {
      const own = of(side);
      const added = (to: typeof own): Added => ({
        p50: own.p50 - to.p50,
        p99: own.p99 - to.p99,
        bestP99: own.bestP99 - to.bestP99,
      });
      return {
        ...{ size, side, ...own, addedToTcp: added(tcp), addedToTls: added(tls) },
        ...{ p50ToTcp: own.p50 / tcp.p50, p50ToTls: own.p50 / tls.p50, rateToTcp: own.rate / tcp.rate },
      };
    });
  });
}

function figures(samples: readonly DbeSample[]) {
  const of = (what: "p50" | "p99" | "rate" | "processor") => median(samples.map((s) => s[what])) ?? Number.NaN;
  const bestP99 = Math.min(...samples.map((s) => s.p99));
  return { p50: of("p50"), p99: of("p99"), bestP99, rate: of("rate"), processor: of("processor") };
}

/** The rows for people, with the handshakes and the load that they were measured under. */
export function dbeTable(result: DbeResult, runs: number): string {
  const header = [
    "size",
    "path",
    "p50",
    "p99",
    "best p99",
    "added to TCP",
    "added to TLS",
    "to TCP",
    "to TLS",
    "msg/s",
  ];
  const rows = dbeRows(result).map(cells);
  const loads = result.samples.map((s) => s.load);
  const { tls, quic } = result.handshakes;
  return [
    `A message there and back over loopback with lasting sessions, µs, medians over ${runs} interleaved rounds; added: p50 / p99 / best p99:`,
    textTable([...header, "to TCP", "processor"], rows, (text) => text),
    `DBE handshakes a second: ${(median(tls) ?? 0).toFixed(0)} over tls, ${(median(quic) ?? 0).toFixed(0)} over quic`,
    "goals: DBE adds less than 1,000 µs at p99, and less than 5 % (1.05 ×) to messages of 64 KiB",
    `machine load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  ].join("\n");
}

function cells(row: DbeRow): string[] {
  const added = ({ p50, p99, bestP99 }: Added): string => [p50, p99, bestP99].map(signed).join(" / ");
  return [
    row.size < 1024 ? `${row.size} B` : `${row.size / 1024} KiB`,
    row.side,
    ...[row.p50, row.p99, row.bestP99].map((value) => value.toFixed(0)),
    added(row.addedToTcp),
    added(row.addedToTls),
    ...[row.p50ToTcp, row.p50ToTls].map((value) => `${value.toFixed(2)} ×`),
    row.rate.toFixed(0),
    `${row.rateToTcp.toFixed(2)} ×`,
    row.processor.toFixed(0),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(0)}`;
}
