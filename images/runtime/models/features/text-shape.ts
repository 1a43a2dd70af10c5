/** Shannon entropy of a text's characters, bits each; 0 for an empty one. */
export function entropy(text: string): number {
  if (text === "") return 0;
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Share of a text's characters that `pattern` (global) matches; 0 for an empty one. */
export function share(text: string, pattern: RegExp): number {
  return text === "" ? 0 : (text.match(pattern)?.length ?? 0) / text.length;
}

/** log10(1 + value) / scale, at most 1. */
export function logScaled(value: number, scale: number): number {
  return Math.min(1, Math.log10(1 + Math.max(0, value)) / scale);
}
