import type { Board, Query, Unit } from "../board.ts";
import { filled, named, panelsOf, tenantsOf } from "./filled.ts";
import type { Prometheus } from "./prometheus.ts";

/** One number, as the dashboard names it. */
export interface Point {
  readonly name: string;
  readonly value: number;
}

/** A panel's numbers now. */
export interface PanelNumbers {
  readonly board: string;
  readonly row: string;
  readonly panel: string;
  readonly unit: Unit;
  /** Absent on dashboards without the variable. */
  readonly tenant?: string;
  /** In the order of the queries, by name within one; without those that are no number. */
  readonly points: readonly Point[];
  /** What was said against queries, with the query. */
  readonly problems: readonly { readonly query: string; readonly problem: string }[];
}

/** Queries under way at once: they are many, and Prometheus answers others, too. */
const AT_ONCE = 4;

/** Asks every query of every panel, with the variable filled in for each tenant. It never throws: a refusal is a problem of its panel. */
export async function askBoards(prometheus: Prometheus, boards: readonly Board[]): Promise<readonly PanelNumbers[]> {
  const asked = boards.flatMap((board) =>
    tenantsOf(board).flatMap((tenant) => panelsOf(board).map(({ row, panel }) => ({ board, tenant, row, panel }))),
  );
  const answers: PanelNumbers[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < asked.length; at = next++) {
      const one = asked[at];
      if (one === undefined) return;
      const { board, tenant, row, panel } = one;
      const about = { board: board.title, row, panel: panel.title, unit: panel.unit };
      const numbers = await askPanel(prometheus, panel.queries, tenant);
      answers[at] = { ...about, ...(tenant !== undefined && { tenant }), ...numbers };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function askPanel(prometheus: Prometheus, queries: readonly Query[], tenant: string | undefined) {
  const points: Point[] = [];
  const problems: { query: string; problem: string }[] = [];
  for (const { expr, legend } of queries) {
    const query = filled(expr, tenant);
    try {
      const series = await prometheus.query(query);
      const found = series.map(({ labels, value }) => ({ name: named(legend, labels), value }));
      points.push(...found.filter(({ value }) => !Number.isNaN(value)).sort(byName));
    } catch (error) {
      problems.push({ query, problem: (error as Error).message });
    }
  }
  return { points, problems };
}

function byName(a: Point, b: Point): number {
  if (a.name === b.name) return b.value - a.value;
  return a.name < b.name ? -1 : 1;
}
