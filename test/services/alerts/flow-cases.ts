import type { AlertCase } from "./case.ts";

const DBE = 'job="services",service="dbe-gateway",node="node-a"';
const READER = 'tenant_id="ALPHA",device_id="18",stream="l3_in",job="services",node="node-a"';
const L3 = 'layer="L3",tenant_id="ALPHA",device_id="18"';
const MIB = 1024 * 1024;

/** The layer's flood: one device works off so many a second, over ten minutes. */
const flood = (layer: string, device: number, tenth: number) =>
  [[`dsmil_requests_total{layer="${layer}",tenant_id="ALPHA",device_id="${device}"}`, `0+${tenth}x110`]] as const;

const overload = (layer: string, device: number, promised: number, severity: string): AlertCase => ({
  alert: `${layer}Overload`,
  labels: { severity, layer },
  fires: flood(layer, device, promised * 10 + 10),
  quiet: flood(layer, device, promised * 10 - 1),
  at: "17m",
});

/** The bus, and what waits. */
export const flowCases: readonly AlertCase[] = [
  {
    alert: "BusPeerAway",
    labels: { severity: "critical", node: "node-a" },
    fires: [
      [`up{${DBE}}`, "1+0x10"],
      [`dsmil_dbe_session_age_seconds{peer="node-b",${DBE}}`, "5+0x10"],
    ],
    quiet: [
      [`up{${DBE}}`, "1+0x10"],
      [`dsmil_dbe_session_age_seconds{peer="node-b",${DBE}}`, "5+0x10"],
      [`dsmil_dbe_session_age_seconds{peer="node-c",${DBE}}`, "5+0x10"],
    ],
    at: "90s",
  },
  {
    alert: "BusSlow",
    labels: { severity: "warning", node: "node-a" },
    fires: [
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="1",${DBE}}`, "0+98x60"],
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="5",${DBE}}`, "0+100x60"],
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="+Inf",${DBE}}`, "0+100x60"],
    ],
    quiet: [
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="1",${DBE}}`, "0+99x60"],
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="5",${DBE}}`, "0+100x60"],
      [`dsmil_dbe_hop_latency_seconds_bucket{hop="link",le="+Inf",${DBE}}`, "0+100x60"],
    ],
    at: "7m",
  },
  {
    alert: "StreamBehind",
    labels: { severity: "warning", tenant: "alpha", device: "18", stream: "l3_in" },
    fires: [[`dsmil_stream_behind_seconds{${READER}}`, "61+0x20"]],
    quiet: [[`dsmil_stream_behind_seconds{${READER}}`, "60+0x20"]],
    at: "3m",
  },
  {
    alert: "StreamPending",
    labels: { severity: "warning", tenant: "alpha", device: "18" },
    fires: [[`dsmil_stream_pending{${READER}}`, "1001+0x40"]],
    quiet: [[`dsmil_stream_pending{${READER}}`, "1000+0x40"]],
    at: "6m",
  },
  {
    alert: "IngestBufferOld",
    labels: { severity: "warning", tenant: "alpha" },
    fires: [['dsmil_buffer_oldest_seconds{node="node-a",tenant="alpha"}', "61+0x20"]],
    quiet: [['dsmil_buffer_oldest_seconds{node="node-a",tenant="alpha"}', "60+0x20"]],
    at: "2m",
  },
  {
    alert: "IngestBufferFull",
    labels: { severity: "critical", tenant: "alpha" },
    fires: [['dsmil_buffer_bytes{node="node-a",tenant="alpha"}', `${205 * MIB}+0x20`]],
    quiet: [['dsmil_buffer_bytes{node="node-a",tenant="alpha"}', `${204 * MIB}+0x20`]],
    at: "2m",
  },
  {
    alert: "RejectsHigh",
    labels: { severity: "warning", tenant: "alpha", layer: "L3", device: "18" },
    fires: [
      [`dsmil_rejected_total{reason="format_unknown",${L3}}`, "0+3x40"],
      [`dsmil_rejected_total{reason="line_empty",${L3}}`, "0+3x40"],
      [`dsmil_requests_total{msg_type="EVENT",${L3}}`, "0+100x40"],
    ],
    quiet: [
      [`dsmil_rejected_total{reason="format_unknown",${L3}}`, "0+5x40"],
      [`dsmil_requests_total{msg_type="EVENT",${L3}}`, "0+100x40"],
    ],
    at: "5m",
  },
  {
    alert: "BusOverloaded",
    labels: { severity: "warning", node: "node-a" },
    fires: [[`dsmil_dbe_rejections_total{reason="OVERLOADED",${DBE}}`, "0+1x40"]],
    quiet: [
      [`dsmil_dbe_rejections_total{reason="OVERLOADED",${DBE}}`, "0+0x20 5+0x40"],
      [`dsmil_dbe_rejections_total{reason="TENANT_MISMATCH",${DBE}}`, "0+1x40"],
    ],
    at: "5m",
  },
  {
    alert: "AuditSpoolWaits",
    labels: { severity: "warning", node: "node-a" },
    fires: [[`dsmil_dbe_audit_spool{${DBE}}`, "101+0x20"]],
    quiet: [[`dsmil_dbe_audit_spool{${DBE}}`, "100+0x20"]],
    at: "3m",
  },
  overload("L3", 18, 1000, "warning"),
  overload("L4", 25, 500, "warning"),
  overload("L7", 43, 100, "warning"),
  overload("L8", 52, 10_000, "critical"),
];
