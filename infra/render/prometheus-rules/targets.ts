import { JOBS, SERIES } from "./names.ts";
import type { RuleGroup } from "./types.ts";

/** Programs that do not answer, or say that they are not well. */
export const targetRules: RuleGroup = {
  name: "dsmil-targets",
  title: "Services and containers",
  records: [],
  alerts: [
    {
      name: "ServiceDown",
      expr: `up{job="${JOBS.services}"} == 0`,
      for: "30s",
      severity: "critical",
      summary: "{{ $labels.container }} on {{ $labels.node }} does not answer",
      description: "Its metrics cannot be read; what it does for tenants stands still or is done by nobody.",
      remedy:
        "`bin/dsmil status` shows whether its container runs; read its last log lines. A container that runs and does not answer is restarted with `docker restart`.",
    },
    {
      name: "ServiceUnhealthy",
      expr: 'dsmil_health_status{status="unhealthy"} == 1',
      for: "30s",
      severity: "critical",
      summary: "{{ $labels.container }} on {{ $labels.node }} is unhealthy",
      description: "A check that it cannot work without fails; balancers and gates pass it over.",
      remedy: "`/health` names the check (`bin/dsmil status`, `dsmil_health_check == 0`).",
    },
    {
      name: "ServiceDegraded",
      expr: 'dsmil_health_status{status="degraded"} == 1',
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.container }} on {{ $labels.node }} works with less than it should have",
      description: "One of its checks fails; it bridges that, and not for ever.",
      remedy: "`dsmil_health_check == 0` names the check; docs/services.md says what it means.",
    },
    {
      name: "ContainerDown",
      expr: `${SERIES.containerUp} == 0`,
      for: "30s",
      severity: "critical",
      summary: "Container {{ $labels.container }} on {{ $labels.node }} does not run",
      description: "The engine knows it and does not run it.",
      remedy: "`docker inspect` says why it ended; `bin/dsmil up` starts what the manifest wants.",
    },
    {
      name: "ContainerUnhealthy",
      expr: `${SERIES.containerHealthy} == 0`,
      for: "1m",
      severity: "warning",
      summary: "The engine's check of {{ $labels.container }} on {{ $labels.node }} fails",
      description: "It runs, and does not answer as it should.",
      remedy: "`docker inspect` has what the check said last; then its log.",
    },
    {
      name: "ContainerOutOfMemory",
      expr: `increase(${SERIES.containerOomKills}[10m]) > 0`,
      severity: "critical",
      summary: "The kernel ended a process of {{ $labels.container }} on {{ $labels.node }}",
      description: "It wanted more memory than its limit.",
      remedy: "As for ContainerMemoryHigh.",
    },
    {
      name: "ContainerRestarts",
      // Four or more: what is between two samples is guessed at the ends of the time.
      expr: `increase(${SERIES.containerRestarts}[15m]) > 3.5`,
      severity: "warning",
      summary: "Container {{ $labels.container }} on {{ $labels.node }} is started again and again",
      description: "{{ $value | humanize }} starts in 15 minutes: it ends soon after each.",
      remedy:
        "Its last log lines say why it ends; exit code 137 is memory or a kill, 78 a file that is missing or not readable.",
    },
    {
      name: "ContainerMemoryHigh",
      expr: `${SERIES.containerMemory} / (${SERIES.containerMemoryLimit} > 0) > 0.9`,
      for: "5m",
      severity: "warning",
      summary: "Container {{ $labels.container }} on {{ $labels.node }} is close to its memory limit",
      description: "It uses {{ $value | humanizePercentage }} of its limit; beyond it the kernel ends it.",
      remedy: "Raise `container_memory` of its device (or `memory` of its service), or find what grows.",
    },
    {
      name: "ExporterDown",
      expr: `up{job=~"${JOBS.exporters.join("|")}"} == 0`,
      for: "1m",
      severity: "warning",
      summary: "Nothing is known of {{ $labels.job }} on {{ $labels.node }}",
      description: "Its figures cannot be read: alerts about it cannot fire.",
      remedy: "Look at the exporter's container, and whether the node agent reaches it.",
    },
    {
      name: "NodeAway",
      expr: `up{job="${JOBS.agents}"} == 0`,
      for: "30s",
      severity: "critical",
      summary: "Node {{ $labels.node }} does not answer",
      description:
        "Its agent cannot be asked: the node is down, cut off, or its agent is. Its other alerts are held back.",
      remedy: "`bin/dsmil status` reaches it over SSH, or not; then the node's console, network, `dsmil-node-agent`.",
    },
  ],
};
