/** Something of a tenant that is still there. */
export interface Trace {
  /** `redis on node-c`, `engine on node-a`, `stack node-b` */
  readonly place: string;
  /** `user charlie_writer`, `volume dsmil-hotpath-charlie` */
  readonly what: string;
  /** True for a record of the past in a shared log that ages out by itself; it gives no access and holds no data. */
  readonly history?: boolean;
}

/** Tells whether a text names the tenant. */
export interface NameMatcher {
  readonly name: string;
  matches(text: string): boolean;
  /** The same as an extended regular expression (POSIX), to be matched without regard to case. */
  readonly pattern: string;
}

/**
 * Matches a tenant's id as a word of its own, in any case: `CHARLIE_L3_IN`, `dsmil-hotpath-charlie`, `sk-charlie-…`,
 * but not `charlie2`.
 */
export function nameMatcher(name: string): NameMatcher {
  const pattern = `(^|[^a-zA-Z0-9])${name}([^a-zA-Z0-9]|$)`;
  const expression = new RegExp(pattern, "i");
  return { name, pattern, matches: (text) => expression.test(text) };
}
