/** A schema's comment, which keeps the version of its layout. @param what `tenant schema` */
export const commentOf = (what: string, version: number): string => `dsmil ${what}, version ${version}`;

/** The version in a schema's comment; 0: none. */
export const versionIn = (comment: unknown): number => Number(/version (\d+)$/.exec(String(comment ?? ""))?.[1] ?? 0);
