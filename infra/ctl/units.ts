const MIB = 1024 * 1024;

/** `512 MiB`, `1.5 GiB` */
export const bytes = (value: number): string =>
  value < 1024 * MIB ? `${Math.round(value / MIB)} MiB` : `${(value / MIB / 1024).toFixed(1)} GiB`;

/** `45 s`, `12 min`, `5 h`, `3 d` */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `12 ms`, `1.20 s` */
export const latency = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
