/** The sound entries of a list with their places in it: `[["tenants", 1], {…}]`. */
export function entries<T>(
  section: string,
  list: readonly (T | undefined)[] | undefined,
): { readonly path: readonly [string, number]; readonly value: T }[] {
  return (list ?? []).flatMap((value, index) =>
    value === undefined ? [] : [{ path: [section, index] as const, value }],
  );
}
