import type { AlertCase, Series } from "./case.ts";

const DAY = 86_400;
const ALPHA = 'tenant_id="ALPHA",device_id="51",layer="L8"';
const flags = (flag: string, values: string): Series => [`dsmil_advml_flags_total{flag="${flag}",${ALPHA}}`, values];
const check = (name: string, values: string): Series => [
  `dsmil_health_check{check="${name}",node="node-a",tenant="alpha",container="dsmil-l8-soar-alpha"}`,
  values,
];

/** An alert about a gauge: a value that is too much (or too little), and the one next to it. */
const gauge = (alert: string, severity: string, series: string, bad: number, good: number): AlertCase => ({
  alert,
  labels: { severity },
  fires: [[series, `${bad}+0x20`]],
  quiet: [[series, `${good}+0x20`]],
  at: "2m",
});

const certificate = 'dsmil_crypto_certificate_expiry_seconds{certificate="redis",node="node-a"}';
const signer = 'dsmil_enclave_signer_expiry_seconds{signer="models",node="node-a"}';

/** Attacks, proof, certificates and keys. */
export const proofCases: readonly AlertCase[] = [
  {
    alert: "PromptInjectionBurst",
    labels: { severity: "warning", tenant: "alpha", layer: "L8" },
    fires: [flags("PROMPT_INJECTION", "0+1x60")],
    quiet: [flags("PROMPT_INJECTION", "0+0x20 9+0x40"), flags("LAYER_DISCREPANCY", "0+1x20")],
    at: "8m",
  },
  {
    alert: "LogTampering",
    labels: { severity: "critical", tenant: "alpha" },
    fires: [flags("POSSIBLE_LOG_TAMPER", "0+0x10 1+0x10")],
    quiet: [flags("POSSIBLE_LOG_TAMPER", "1+0x20")],
    at: "3m",
  },
  {
    alert: "LayerDiscrepancies",
    labels: { severity: "warning", tenant: "alpha" },
    fires: [flags("LAYER_DISCREPANCY", "0+1x60")],
    quiet: [flags("LAYER_DISCREPANCY", "0+0x20 18+0x40")],
    at: "8m",
  },
  {
    alert: "EmergencyStop",
    labels: { severity: "critical", tenant: "alpha", node: "node-a" },
    fires: [check("emergency_stop", "1+0x3 0+0x10")],
    quiet: [check("emergency_stop", "1+0x13"), check("officers", "0+0x13")],
    at: "90s",
  },
  {
    alert: "AuditTrailBroken",
    labels: { severity: "critical", tenant: "alpha", check: "decision_log" },
    fires: [check("decision_log", "1+0x3 0+0x15")],
    quiet: [check("decision_log", "1+0x8 0+0x4 1+0x6")],
    at: "150s",
  },
  {
    alert: "CryptoDowngrade",
    labels: { severity: "critical", node: "node-b" },
    // Its series begins with the first attempt.
    fires: [['dsmil_crypto_downgrade_attempts_total{node="node-b",reason="DOWNGRADE"}', "_x5 1+0x10"]],
    quiet: [['dsmil_crypto_downgrade_attempts_total{node="node-b",reason="DOWNGRADE"}', "1+0x100"]],
    at: "2m",
    quietAt: "15m",
  },
  {
    alert: "UnprovedHandshakes",
    labels: { severity: "warning", node: "node-b" },
    fires: [['dsmil_crypto_refused_handshakes_total{node="node-b",reason="UNKNOWN_PEER"}', "0+1x60"]],
    quiet: [['dsmil_crypto_refused_handshakes_total{node="node-b",reason="UNKNOWN_PEER"}', "0+0x20 4+0x40"]],
    at: "8m",
  },
  {
    alert: "NodeProofRefused",
    labels: { severity: "critical", node: "node-b" },
    fires: [['dsmil_enclave_refused_total{node="node-b",sign="quote"}', "_x5 1+0x10"]],
    quiet: [['dsmil_enclave_refused_total{node="node-b",sign="quote"}', "1+0x100"]],
    at: "2m",
    quietAt: "15m",
  },
  gauge("KeyFilesOpen", "critical", 'dsmil_enclave_mode_problems{node="node-a"}', 1, 0),
  {
    alert: "AccessDeniedBurst",
    labels: { severity: "warning", tenant: "alpha", layer: "L7", device: "43" },
    fires: [['dsmil_errors_total{error_type="denied",tenant_id="ALPHA",device_id="43",layer="L7"}', "0+11x60"]],
    quiet: [['dsmil_errors_total{error_type="denied",tenant_id="ALPHA",device_id="43",layer="L7"}', "0+10x60"]],
    at: "8m",
  },
  {
    alert: "OperatorStress",
    labels: { severity: "critical", tenant: "alpha" },
    fires: [['shrink_risk_acute_stress{tenant_id="ALPHA",layer="L8"}', "0.81+0x40"]],
    quiet: [['shrink_risk_acute_stress{tenant_id="ALPHA",layer="L8"}', "0.8+0x40"]],
    at: "6m",
  },
  gauge("CertificateEndsSoon", "warning", certificate, 21 * DAY - 1, 21 * DAY),
  gauge("CertificateEnds", "critical", certificate, 3 * DAY - 1, 3 * DAY),
  gauge("SignerEndsSoon", "warning", signer, 21 * DAY - 1, 21 * DAY),
  gauge("SignerEnds", "critical", signer, 3 * DAY - 1, 3 * DAY),
  gauge("NodeKeyOld", "warning", 'dsmil_crypto_node_key_age_seconds{node="node-a"}', 365 * DAY + 1, 365 * DAY),
  gauge("LinkKeysOld", "warning", 'dsmil_crypto_link_key_age_seconds{a="node-a",b="node-b"}', 10_801, 10_800),
  gauge("NodeProofOld", "warning", 'dsmil_enclave_proof_age_seconds{node="node-a"}', 10_801, 10_800),
];
