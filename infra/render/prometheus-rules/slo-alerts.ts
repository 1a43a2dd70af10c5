import type { Model } from "../../model/types.ts";
import { type Objective, PACES, type Pace, type Subject } from "./slo-parts.ts";
import type { Alert, RuleGroup } from "./types.ts";

/** What each promise is about, in words. */
const WORDS: Readonly<Record<Objective, { readonly title: string; readonly does: string; readonly remedy: string }>> = {
  availability: {
    title: "Availability",
    does: "do not answer",
    remedy: "Containers of the layer do not answer: `bin/dsmil status` names them; look at their logs and their node.",
  },
  errors: {
    title: "Errors",
    does: "fail",
    remedy:
      "Requests fail. `dsmil_errors_total` by `error_type` says at what: `redis`, `postgres`, `bus`, `worker`, `internal`.",
  },
  latency: {
    title: "Latency",
    does: "take longer than the layer's p99",
    remedy:
      "Compare `dsmil:layer:latency_seconds:p99` with load (`dsmil:layer:throughput:rate5m`), CPU of the container and the stores.",
  },
};

/** Alerts when a month's error budget is spent too fast, of each layer and of each tenant in it. */
export function sloAlerts(model: Pick<Model, "layers">): RuleGroup[] {
  const objectives = (["availability", "errors", "latency"] as const).filter(
    (objective) => objective !== "latency" || model.layers.some(({ slo }) => slo.p99Ms !== undefined),
  );
  return (["layer", "tenant"] as const).map((subject) => ({
    name: `dsmil-burn-${subject}`,
    title: `Error budgets by ${subject}`,
    interval: "30s",
    records: [],
    alerts: objectives.flatMap((objective) => PACES.map((pace) => burn(subject, objective, pace))),
  }));
}

/** `LayerAvailabilityBurnHour`: the long window says that it matters, the short one that it goes on. */
function burn(subject: Subject, objective: Objective, { name, long, short, factor, severity }: Pace): Alert {
  const { title, does, remedy } = WORDS[objective];
  const ratio = `dsmil:${subject}:${objective}:ratio`;
  const above = `> on (layer) group_left () ${factor} * dsmil:layer:${objective}:budget`;
  const who = subject === "layer" ? "{{ $labels.layer }}" : `{{ $labels.layer }} of tenant {{ ${TENANT} }}`;
  const share = "{{ $value | humanizePercentage }}";
  const what = objective === "availability" ? "of the time containers" : "of the requests";
  return {
    name: `${subject === "layer" ? "Layer" : "Tenant"}${title}Burn${name}`,
    expr: `${ratio}_${long} ${above} and ${ratio}_${short} ${above}`,
    for: "1m",
    severity,
    labels: { slo: objective, ...(subject === "tenant" && { tenant: `{{ ${TENANT} | toLower }}` }) },
    summary: `${who}: ${title.toLowerCase()} spends its budget ${factor} times too fast`,
    description: `Over ${long}, ${share} ${what} ${does}; at this pace a month's budget ends early.`,
    remedy,
  };
}

/** Targets have `tenant`, series of services `tenant_id`. */
const TENANT = "or $labels.tenant $labels.tenant_id";
