import { Lru } from "../lru.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";

const MOST_SOURCES = 10_000;
const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;
/** Hours with traffic before anything is said. */
const LEAST_HOURS = 12;
/** How much the last hour counts in the baseline. */
const SHARE = 0.1;
/** Standard deviations above the mean; the least deviation, of logarithms; the least that is told, bytes. */
export const UPLOAD_FROM = { deviations: 4, leastDeviation: 0.5, bytes: 50 * MIB } as const;

interface Source {
  hour: number;
  bytes: number;
  told: boolean;
  hours: number;
  mean: number;
  variance: number;
}

/**
 * How much a machine inside sends outside in an hour, against its own past: an exponentially weighted mean and variance of
 * ln(1 + bytes) over hours in which it sent anything.
 */
export class Uploads {
  private readonly sources = new Lru<string, Source>(MOST_SOURCES);

  /** @param outward whether it goes from inside to outside */
  look({ id, at, fields }: Observed, outward: boolean): readonly Signal[] {
    const { event_type: type, src_ip: from, dest_ip: to, bytes_out: bytes } = fields;
    if ((type !== "flow" && type !== "netflow") || typeof from !== "string" || typeof to !== "string") return [];
    if (typeof bytes !== "number" || bytes <= 0 || !outward) return [];
    const hour = Math.floor(at / HOUR_MS);
    const source = this.sources.take(from, () => ({ hour, bytes: 0, told: false, hours: 0, mean: 0, variance: 0 }));
    if (hour < source.hour) return [];
    if (hour > source.hour) close(source, hour);
    source.bytes += bytes;
    const limit = limitOf(source);
    if (source.hours < LEAST_HOURS || source.bytes < limit || source.told) return [];
    source.told = true;
    const usual = Math.expm1(source.mean);
    return [
      {
        flag: "UPLOAD",
        severity: source.bytes >= 10 * limit ? "HIGH" : "MEDIUM",
        about: id,
        mark: `${from}/${hour}`,
        detail: `${from} sent ${mib(source.bytes)} MiB outside within this hour, usually ${mib(usual)} (told from ${mib(limit)} on, ${source.hours} hours known)`,
        facts: {
          bytes: source.bytes,
          usual_bytes: Math.round(usual),
          limit_bytes: Math.round(limit),
          hours_known: source.hours,
        },
        fields: { src_ip: from, dest_ip: to },
      },
    ];
  }
}

/** The hour is over: it becomes part of the baseline, for no more than what would just not have been told. */
function close(source: Source, hour: number): void {
  const known = source.hours >= LEAST_HOURS ? Math.min(source.bytes, limitOf(source)) : source.bytes;
  const value = Math.log1p(known);
  const share = source.hours === 0 ? 1 : Math.max(SHARE, 1 / (source.hours + 1));
  const away = value - source.mean;
  source.mean += share * away;
  source.variance = (1 - share) * (source.variance + share * away * away);
  source.hours += 1;
  Object.assign(source, { hour, bytes: 0, told: false });
}

function limitOf({ mean, variance }: Source): number {
  const { deviations, leastDeviation, bytes } = UPLOAD_FROM;
  return Math.max(bytes, Math.expm1(mean + deviations * Math.max(leastDeviation, Math.sqrt(variance))));
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);
