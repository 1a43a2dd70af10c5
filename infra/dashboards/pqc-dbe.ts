import type { Board, Panel } from "./board.ts";
import { counted } from "./panels/counted.ts";
import { gauged } from "./panels/gauged.ts";
import { quantile } from "./panels/quantile.ts";
import { atLeast, atMost } from "./panels/steps.ts";
import { DAY, SLO_WINDOW } from "./panels/window.ts";

/** A day, seconds. */
const DAY_S = 86_400;

/**
 * The bus and its keys. Prometheus puts the node that runs a program into `node`; where a metric tells of another node by
 * a label of that name, it is `exported_node`.
 */
export function pqcDbe(): Board {
  return {
    uid: "dsmil-pqc-dbe",
    title: "PQC and DBE",
    description: "The bus between the nodes: messages, refusals, sessions; and the post-quantum keys it rests on.",
    tenants: [],
    rows: [
      { title: "Bus", panels: bus().map((panel) => ({ ...panel, needs: ["dbe-gateway"] })) },
      { title: "Keys", panels: keys().map((panel) => ({ ...panel, needs: ["l8-crypto"] })) },
      { title: "How keys are kept", panels: keeping().map((panel) => ({ ...panel, needs: ["l8-enclave"] })) },
    ],
  };
}

function bus(): Panel[] {
  return [...messages(), ...sessions()];
}

function messages(): Panel[] {
  return [
    counted({
      title: "Messages by type",
      description: "Requests that entered the bus from a program, a second, by type.",
      counter: "dsmil_dbe_messages_total",
      matching: 'direction="local_in"',
      by: ["type"],
    }),
    gauged({
      title: "p99 of a hop",
      description:
        "From a request's leaving a gateway to its answer: to another node (link), to a container (inbox). Over the last hour.",
      unit: "s",
      expr: quantile(0.99, { histogram: "dsmil_dbe_hop_latency_seconds", by: "hop", window: SLO_WINDOW }),
      legend: "{{hop}}",
    }),
    counted({
      title: "Refused",
      description: "Messages, frames and handshakes that gateways refused, a second, by reason.",
      counter: "dsmil_dbe_rejections_total",
      by: ["reason"],
    }),
  ];
}

function sessions(): Panel[] {
  return [
    counted(
      {
        title: "Handshakes",
        description: "Handshakes within the last day, by result.",
        counter: "dsmil_dbe_handshakes_total",
        by: ["result"],
        within: DAY,
      },
      { width: 8 },
    ),
    gauged({
      title: "Age of sessions",
      description: "Age of each session between two nodes; it falls when the keys are made anew.",
      unit: "s",
      expr: "max by (node, peer) (dsmil_dbe_session_age_seconds)",
      legend: "{{node}} with {{peer}}",
    }),
    gauged(
      {
        title: "Audit rows on disk",
        description: "Rows of the trail that are not in PostgreSQL yet; they wait while it is away.",
        unit: "short",
        expr: "max by (node) (dsmil_dbe_audit_spool)",
        legend: "{{node}}",
      },
      { steps: atMost(10_000, 100) },
    ),
  ];
}

function keys(): Panel[] {
  return [...ages(), ...refusals()];
}

function ages(): Panel[] {
  return [
    gauged(
      {
        title: "Certificates end in",
        description: "Time until each certificate of the fleet ends.",
        unit: "s",
        expr: "min by (certificate) (dsmil_crypto_certificate_expiry_seconds)",
        legend: "{{certificate}}",
      },
      { look: "bars", steps: atLeast(7 * DAY_S, 30 * DAY_S) },
    ),
    gauged(
      {
        title: "Age of nodes' keys",
        description: "Age of each node's ML-DSA-87 key.",
        unit: "s",
        expr: "max by (exported_node) (dsmil_crypto_node_key_age_seconds)",
        legend: "{{exported_node}}",
      },
      { look: "bars" },
    ),
    gauged({
      title: "Age of session keys",
      description: "Age of the session keys between two nodes, as the trail tells of them.",
      unit: "s",
      expr: "max by (a, b) (dsmil_crypto_link_key_age_seconds)",
      legend: "{{a}} with {{b}}",
    }),
  ];
}

function refusals(): Panel[] {
  return [
    counted(
      {
        title: "Attempts to weaken",
        description: "Handshakes of the last day that were refused for weaker keys or an older protocol, by node.",
        counter: "dsmil_crypto_downgrade_attempts_total",
        by: ["exported_node", "reason"],
        within: DAY,
      },
      { steps: atMost(1) },
    ),
    counted(
      {
        title: "Strangers",
        description: "Handshakes and frames of the last day that were refused for an identity that was not proved.",
        counter: "dsmil_crypto_refused_handshakes_total",
        by: ["exported_node", "reason"],
        within: DAY,
      },
      { steps: atMost(10, 1) },
    ),
    counted({
      title: "Keys made",
      description: "Sessions and rotations of the last day that the trail tells of, by node.",
      counter: "dsmil_crypto_sessions_keyed_total",
      by: ["exported_node"],
      within: DAY,
    }),
  ];
}

function keeping(): Panel[] {
  return [...seals(), ...signs()];
}

function seals(): Panel[] {
  return [
    gauged(
      {
        title: "Kept in",
        description: "How many nodes keep their key in each way: a file, a TPM, a transit engine.",
        unit: "none",
        expr: "sum by (seal) (max by (exported_node, seal) (dsmil_enclave_node_seal))",
        legend: "{{seal}}",
      },
      { look: "bars" },
    ),
    gauged({
      title: "Last proof",
      description: "Time since a node last proved who it is to another.",
      unit: "s",
      expr: "max by (exported_node) (dsmil_enclave_proof_age_seconds)",
      legend: "{{exported_node}}",
    }),
    gauged(
      {
        title: "Files open to others",
        description: "Files and folders of keys that others than their owner may change or read.",
        unit: "none",
        expr: "sum(dsmil_enclave_mode_problems)",
        legend: "problems",
      },
      { look: "number", steps: atMost(1) },
    ),
  ];
}

function signs(): Panel[] {
  return [
    counted(
      {
        title: "Not proved",
        description: "Nodes of the last day that could not prove who they are, or are revoked.",
        counter: "dsmil_enclave_refused_total",
        by: ["exported_node", "sign"],
        within: DAY,
      },
      { steps: atMost(1) },
    ),
    counted({
      title: "Changes of keeping",
      description: "Changes of the last day in how a node's key is kept: weaker, stronger.",
      counter: "dsmil_enclave_seal_changes_total",
      by: ["exported_node", "direction"],
      within: DAY,
    }),
    gauged(
      {
        title: "Open files",
        description: "Files and folders of keys that others than their owner may change or read.",
        unit: "none",
        expr: "max(dsmil_enclave_mode_problems)",
        legend: "files",
      },
      { look: "number", steps: atMost(1) },
    ),
  ];
}
