import { parser } from "@prometheus-io/lezer-promql";

/** A selector of series in a query. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface ParsedQuery {
  /** Where the text is not PromQL: what stands there. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Labels that are grouped by. */
  readonly grouped: readonly string[];
}

/** A query as Prometheus' own grammar for editors reads it. */
export function parsePromql(query: string): ParsedQuery {
  const errors: string[] = [];
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  let selector: { metric: string; labels: string[] } | undefined;
  parser.parse(query).iterate({
    enter({ name, type, from, to, node }) {
      const text = query.slice(from, to);
      if (type.isError) errors.push(`at ${from}: ${query.slice(Math.max(0, from - 20), from + 20)}`);
      if (name === "VectorSelector") {
        selector = { metric: "", labels: [] };
        selectors.push(selector);
      }
      if (name === "Identifier" && selector && node.parent?.name === "VectorSelector") selector.metric = text;
      if (name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") grouped.push(text);
      else selector?.labels.push(text);
    },
  });
  return { errors, selectors, grouped };
}
