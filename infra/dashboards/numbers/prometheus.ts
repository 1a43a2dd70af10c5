/** One series of an instant query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** NaN where Prometheus says so: a quantile of nothing. */
  readonly value: number;
}

/** Whoever answers PromQL. */
export interface Prometheus {
  /**
   * One instant query, now.
   * @throws Error naming what Prometheus says against the query, or why it was not reached
   */
  query(promql: string): Promise<readonly Series[]>;
}
