import { from, holds, names } from "./finding.ts";
import type { Criterion } from "./types.ts";

export const MONITORING: readonly Criterion[] = [
  {
    section: "SLOs and monitoring",
    what: "every target of Prometheus up",
    judge: ({ targets }) =>
      from(targets, (all) => {
        const down = all.filter(({ up }) => !up).map(({ name }) => name);
        const told = `${all.length - down.length} of ${all.length}`;
        return holds(
          all.length > 0 && down.length === 0,
          down.length ? `${told}; not ${names(down)}` : told,
          "`bin/dsmil metrics targets` says why",
        );
      }),
  },
  {
    section: "SLOs and monitoring",
    what: "burn-rate alerts on availability, errors, latency",
    judge: ({ alerts }) =>
      from(alerts, (all) => {
        const missing = ["Availability", "Errors", "Latency"].filter((what) => !all.includes(`Layer${what}BurnHour`));
        return holds(
          missing.length === 0,
          missing.length ? `none on ${missing.join(", ")}` : `among ${all.length} alerts`,
          "`bin/dsmil up` lays the rules again",
        );
      }),
  },
  {
    section: "SLOs and monitoring",
    what: "Prometheus tells an Alertmanager",
    judge: ({ alertmanagers, model }) =>
      from(alertmanagers, (count) => {
        const { webhooks, email } = model.alerts;
        const people =
          webhooks.length + (email ? 1 : 0) + model.tenants.filter(({ notify }) => notify.length > 0).length;
        if (count > 0 && people === 0)
          return {
            verdict: "open",
            evidence: "it does, and nobody is told further",
            remedy: "name receivers in the manifest's `alerts`",
          };
        return holds(count > 0, `${count}, with ${people} receivers`, "`bin/dsmil status`");
      }),
  },
  {
    section: "SLOs and monitoring",
    what: "p99 of each layer within its objective",
    judge: ({ latency, model }) =>
      from(latency, (p99) => {
        const limits = model.layers.flatMap(({ id, slo }) =>
          slo.p99Ms === undefined ? [] : [[id, slo.p99Ms] as const],
        );
        const seen = limits.filter(([id]) => p99[id] !== undefined);
        const slow = seen.filter(([id, most]) => (p99[id] ?? 0) * 1000 > most);
        const told = seen.map(([id, most]) => `${id} ${Math.round((p99[id] ?? 0) * 1000)} of ${most} ms`).join(", ");
        if (seen.length === 0)
          return {
            verdict: "open",
            evidence: "no layer had requests in the last minutes",
            remedy: "`bin/dsmil bench --only flow`",
          };
        return holds(
          slow.length === 0,
          told,
          "`bin/dsmil metrics query dsmil:layer:latency_seconds:p99`; docs/benchmarks.md",
        );
      }),
  },
];
