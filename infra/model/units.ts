/** Pattern of a duration in the manifest; kept equal to the one in manifest.schema.json by a test. */
export const DURATION_PATTERN = "^[1-9][0-9]{0,6}(ms|s|m|h|d)$";

/** Pattern of a size in the manifest; kept equal to the one in manifest.schema.json by a test. */
export const SIZE_PATTERN = "^[1-9][0-9]{0,6}(MiB|GiB)$";

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MEBIBYTES = { MiB: 1, GiB: 1_024 } as const;

/** `24h` → 86 400 000. Milliseconds; throws on anything that is no duration. */
export function milliseconds(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new RangeError(`"${text}" is no duration: a whole number and ms, s, m, h or d, such as 24h`);
  }
  return Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
}

/** `49GiB` → 50 176. MiB; throws on anything that is no size. */
export function mebibytes(text: string): number {
  const [, amount, unit] = /^(\d+)(MiB|GiB)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new RangeError(`"${text}" is no size: a whole number and MiB or GiB, such as 512MiB`);
  }
  return Number(amount) * MEBIBYTES[unit as keyof typeof MEBIBYTES];
}

/** 50 176 → `49GiB`; the largest unit that is exact. */
export function formatSize(mib: number): string {
  return mib % 1_024 === 0 && mib > 0 ? `${mib / 1_024}GiB` : `${mib}MiB`;
}
