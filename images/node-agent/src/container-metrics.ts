import { Counter, Gauge, Registry } from "prom-client";
import type { Cgroups, Usage } from "../../runtime/engine/cgroup.ts";
import type { EngineContainer } from "../../runtime/engine/engine-container.ts";

const LABELS = ["container", "service", "tenant", "layer", "device"] as const;
type Labels = Partial<Record<(typeof LABELS)[number], string>>;

/** Figures that are counted up, and figures that go up and down: from the engine's file and from the kernel. */
const COUNTERS: readonly [string, string, (container: EngineContainer, usage: Usage) => number | undefined][] = [
  ["restarts_total", "Starts by the engine after the first", ({ restarts }) => restarts],
  ["cpu_seconds_total", "Processor time used", (_, { cpuSeconds }) => cpuSeconds],
  [
    "cpu_throttled_seconds_total",
    "Time held back by the processor limit",
    (_, { throttledSeconds }) => throttledSeconds,
  ],
  ["oom_kills_total", "Processes the kernel ended for want of memory", (_, { oomKills }) => oomKills],
];
const GAUGES: typeof COUNTERS = [
  ["up", "1 while the container runs", ({ running }) => Number(running)],
  ["healthy", "1 while the engine's check passes", ({ health }) => health && Number(health === "healthy")],
  ["start_time_seconds", "When it was started last", ({ startedAt }) => startedAt || undefined],
  ["memory_bytes", "Memory that cannot be given back at once", (_, { memoryBytes }) => memoryBytes],
  ["memory_limit_bytes", "Most memory it may use", (_, { memoryLimitBytes }) => memoryLimitBytes],
  ["processes", "Processes and threads in it", (_, { processes }) => processes],
];

/** Prometheus text of the containers: `dsmil_container_*`, a series a container and figure. What is not known has none. */
export async function containerMetrics(
  containers: Iterable<EngineContainer>,
  cgroups: Pick<Cgroups, "usage">,
): Promise<{ readonly contentType: string; readonly body: string }> {
  const registry = new Registry();
  const { counters, gauges } = addContainerMetrics(registry);
  for (const container of containers) {
    const usage = container.running ? await cgroups.usage(container.id) : {};
    const labels = labelsOf(container);
    for (const [counter, of] of counters) {
      const value = of(container, usage);
      if (value !== undefined) counter.inc(labels, value);
    }
    for (const [gauge, of] of gauges) {
      const value = of(container, usage);
      if (value !== undefined) gauge.set(labels, value);
    }
  }
  return { contentType: registry.contentType, body: await registry.metrics() };
}

/** Puts the containers' metrics into a registry, without a value. */
export function addContainerMetrics(registry: Registry) {
  const named = (name: string, help: string) => ({
    name: `dsmil_container_${name}`,
    help,
    labelNames: LABELS,
    registers: [registry],
  });
  const counters = COUNTERS.map(([name, help, of]) => [new Counter(named(name, help)), of] as const);
  const gauges = GAUGES.map(([name, help, of]) => [new Gauge(named(name, help)), of] as const);
  return { counters, gauges };
}

function labelsOf({ name, service, tenant, layer, device }: EngineContainer): Labels {
  return {
    container: name,
    service,
    ...(tenant && { tenant }),
    ...(layer && { layer }),
    ...(device !== undefined && { device: String(device) }),
  };
}
