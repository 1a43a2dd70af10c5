import { Registry } from "prom-client";

/** What a metric says of itself. */
export interface MetricFacts {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly help: string;
  /** Sorted; without those that Prometheus adds to every target. */
  readonly labels: readonly string[];
}

/**
 * Lets `register` put metrics into a registry and reads what they say of themselves, by name. Nothing is collected: a
 * metric that is read when it is asked for need not work.
 */
export function factsOf(register: (registry: Registry) => void): readonly MetricFacts[] {
  const registry = new Registry();
  register(registry);
  return readFacts(registry);
}

/** What the metrics of a registry say of themselves, by name. */
export function readFacts(registry: Registry): readonly MetricFacts[] {
  const facts = registry.getMetricsAsArray().map((metric) => {
    const { name, help, type } = metric;
    return { name, help, type: typeOf(name, type), labels: labelsOf(metric) };
  });
  return facts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The library's types say a number, its objects a word. */
function typeOf(name: string, type: unknown): MetricFacts["type"] {
  if (type === "counter" || type === "gauge" || type === "histogram" || type === "summary") return type;
  throw new Error(`${name} is of no known type`);
}

/** The library's types leave the names of labels out. */
function labelsOf(metric: object): string[] {
  const names: unknown = "labelNames" in metric ? metric.labelNames : undefined;
  if (!Array.isArray(names)) throw new Error("prom-client keeps the names of labels elsewhere now");
  return names.map(String).sort();
}
