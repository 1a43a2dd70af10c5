/** Whether dotted version `a` (with or without `v`) is `b` or newer; what cannot be read is older than everything. */
export function atLeast(a: string, b: string): boolean {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return left.length > 0;
}

function parts(version: string): number[] {
  const numbers = /(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return numbers === undefined ? [] : numbers.split(".").map(Number);
}
