import type { Unit } from "../board.ts";

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number with its unit, as people read it: `12.5 ms`, `98.3 %`, `1.4 GiB`. */
export function written(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "-infinite";
  if (unit === "percentunit") return `${short(value * 100)} %`;
  if (unit === "s") return seconds(value);
  if (unit === "bytes") return bytes(value);
  if (unit === "Bps") return `${bytes(value)}/s`;
  if (unit === "reqps" || unit === "cps") return `${short(value)}/s`;
  return short(value);
}

function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

function seconds(value: number): string {
  const size = Math.abs(value);
  if (size >= 172_800) return `${short(value / 86_400)} d`;
  if (size >= 7200) return `${short(value / 3600)} h`;
  if (size >= 120) return `${short(value / 60)} min`;
  if (size >= 1 || size === 0) return `${short(value)} s`;
  return size >= 0.001 ? `${short(value * 1000)} ms` : `${short(value * 1_000_000)} µs`;
}

function bytes(value: number): string {
  const step = Math.max(0, Math.min(BYTES.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)));
  return `${short(value / 1024 ** step)} ${BYTES[step]}`;
}
