/** Any program is scraped. */
export const FLEET_IS_SCRAPED = 'count(up{job="services"} == 1)';
/** The tenant's own programs are scraped: this counter of theirs starts at 0 and is there from the first scrape on. */
export const TENANT_IS_SCRAPED = 'count(dsmil_signals_findings_total{tenant_id="$tenant"})';

/**
 * `expr`, or 0 where it has no series: what never happened has none. The zero is only said while `scraped` has data: with
 * nothing scraped the panel stays empty, for then nobody knows.
 */
export function orZero(expr: string, scraped: string = FLEET_IS_SCRAPED): string {
  return `(${expr}) or on () (0 * ${scraped})`;
}
