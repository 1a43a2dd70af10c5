import type { Model } from "../../model/types.ts";
import { type RuleGroup, TENANT_OF_SERIES } from "./types.ts";

const OF_READER = { ...TENANT_OF_SERIES, device: "{{ $labels.device_id }}" };

/** What waits, and what is kept aside. */
export function backlogRules(model: Pick<Model, "layers">): RuleGroup {
  return {
    name: "dsmil-backlog",
    title: "Backlog",
    records: [],
    alerts: [
      {
        name: "StreamBehind",
        expr: "dsmil_stream_behind_seconds > 60",
        for: "2m",
        severity: "warning",
        labels: OF_READER,
        summary: "Device {{ $labels.device_id }} is behind on {{ $labels.stream }} of {{ $labels.tenant_id }}",
        description: "The newest entry is {{ $value | humanizeDuration }} younger than what it has read.",
        remedy: "Is the reader up and healthy, and has it CPU left? More comes than it works off, or it is stopped.",
      },
      {
        name: "StreamPending",
        expr: "dsmil_stream_pending > 1000",
        for: "5m",
        severity: "warning",
        labels: OF_READER,
        summary:
          "Device {{ $labels.device_id }} has not acknowledged {{ $value | humanize }} entries of {{ $labels.stream }}",
        description: "They were given out and are not done.",
        remedy: "The store that the reader writes to is slow or away (`/health` of the reader).",
      },
      {
        name: "IngestBufferOld",
        expr: "dsmil_buffer_oldest_seconds > 60",
        for: "1m",
        severity: "warning",
        summary: "Log lines of a tenant wait on {{ $labels.node }}",
        description: "The oldest was taken {{ $value | humanizeDuration }} ago and is not in Redis.",
        remedy: "Redis is away or full; the buffer keeps what it has taken, over restarts too.",
      },
      {
        name: "IngestBufferFull",
        // Of 256 MiB.
        expr: "dsmil_buffer_bytes > 0.8 * 256 * 1024 * 1024",
        for: "30s",
        severity: "critical",
        summary: "The ingest buffer on {{ $labels.node }} is almost full",
        description: "It holds {{ $value | humanize1024 }}B of 256 MiB; what senders offer then is refused.",
        remedy: "Bring Redis back; senders that are refused repeat.",
      },
      {
        name: "RejectsHigh",
        expr:
          "sum by (layer, device_id, tenant_id) (rate(dsmil_rejected_total[5m])) / " +
          "(sum by (layer, device_id, tenant_id) (rate(dsmil_requests_total[5m])) > 0) > 0.05",
        for: "2m",
        severity: "warning",
        labels: OF_READER,
        summary: "Device {{ $labels.device_id }} keeps much aside for {{ $labels.tenant_id }}",
        description: "{{ $value | humanizePercentage }} of what comes is no event that it can read.",
        remedy: "`dsmil_rejected_total` by `reason`; the tenant's REJECTS stream has the entries.",
      },
      {
        name: "BusOverloaded",
        expr: 'sum by (node) (increase(dsmil_dbe_rejections_total{reason="OVERLOADED"}[5m])) > 10',
        severity: "warning",
        summary: "The gateway on {{ $labels.node }} refuses messages, as its queues are full",
        description: "{{ $value | humanize }} in five minutes; senders get OVERLOADED.",
        remedy: "Which inbox is slow: `bin/dsmil dbe status`, `dsmil_dbe_hop_latency_seconds`.",
      },
      {
        name: "AuditSpoolWaits",
        expr: "dsmil_dbe_audit_spool > 100",
        for: "2m",
        severity: "warning",
        summary: "Audit rows wait on {{ $labels.node }}",
        description:
          "{{ $value | humanize }} rows are on disk only; what must be audited first is refused while PostgreSQL is away.",
        remedy: "Is PostgreSQL up, and may the node's role still write (`dbe-gateway` in `bin/dsmil status`)?",
      },
      ...model.layers.flatMap(({ id, slo }) =>
        slo.eventsPerSecond === undefined
          ? []
          : [
              {
                name: `${id}Overload`,
                expr: `dsmil:layer:throughput:rate5m{layer="${id}"} > ${slo.eventsPerSecond}`,
                for: "10m",
                severity: id === "L8" ? ("critical" as const) : ("warning" as const),
                summary: `${id} is asked more than it is built for`,
                description: `{{ $value | humanize }} events a second; its service level is ${slo.eventsPerSecond}.`,
                remedy:
                  "A flood or growth: which tenant (`dsmil:tenant:throughput:rate5m`); more CPU or replicas, or less input.",
              },
            ],
      ),
    ],
  };
}
