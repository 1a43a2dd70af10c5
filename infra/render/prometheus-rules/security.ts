import { type RuleGroup, TENANT_OF_SERIES } from "./types.ts";

/** A counter whose series begins with its first event: a rise, or a series that is new. */
const seen = (series: string, window: string): string =>
  `(increase(${series}[${window}]) > 0 or (${series} unless ${series} offset ${window}) > 0)`;

const flag = (name: string): string => `increase(dsmil_advml_flags_total{flag="${name}"}[10m])`;

/** What points at an attack, or at proof that is no longer kept. */
export const securityRules: RuleGroup = {
  name: "dsmil-security",
  title: "Security",
  records: [],
  alerts: [
    {
      name: "PromptInjectionBurst",
      expr: `${flag("PROMPT_INJECTION")} > 10`,
      severity: "warning",
      labels: TENANT_OF_SERIES,
      summary: "Many prompts of {{ $labels.tenant_id }} try to take the model over",
      description: "{{ $value | humanize }} were refused in ten minutes.",
      remedy:
        "Which API key: log lines `prompt refused` of l8-advml. Withdraw the key if it is not the tenant's own test.",
    },
    {
      name: "LogTampering",
      expr: `${flag("POSSIBLE_LOG_TAMPER")} > 0`,
      severity: "critical",
      labels: TENANT_OF_SERIES,
      summary: "The logs of {{ $labels.tenant_id }} contradict each other",
      description: "Entries that were changed, removed or put in between.",
      remedy:
        "`bin/dsmil audit verify`, `bin/dsmil policy verify`; docs/l8.md says what is compared. Keep the archive as it is.",
    },
    {
      name: "LayerDiscrepancies",
      expr: `${flag("LAYER_DISCREPANCY")} > 20`,
      severity: "warning",
      labels: TENANT_OF_SERIES,
      summary: "Layers 3 and 4 disagree often on events of {{ $labels.tenant_id }}",
      description: "{{ $value | humanize }} events in ten minutes: somebody may be shaping them to pass.",
      remedy: "Flagged events are in SOC_EVENTS (`LAYER_DISCREPANCY`); compare their scores.",
    },
    {
      name: "EmergencyStop",
      expr: 'max by (tenant, node) (dsmil_health_check{check="emergency_stop"} == bool 0) == 1',
      for: "10s",
      severity: "critical",
      summary: "Proposals of {{ $labels.tenant }} are frozen",
      description: "An officer pulled the emergency stop, or its state cannot be read, which counts as pulled.",
      remedy: "`bin/dsmil stop show` says since when and by whom; two officers release it (docs/l9.md).",
    },
    {
      name: "AuditTrailBroken",
      expr: 'dsmil_health_check{check=~"audit|audit_trail|decision_log|log_check"} == 0',
      for: "1m",
      severity: "critical",
      summary: "{{ $labels.container }} on {{ $labels.node }} cannot keep or check what must be provable",
      description: "Its check `{{ $labels.check }}` fails: rows are not written, not read or do not fit together.",
      remedy: "Is PostgreSQL up? If so `bin/dsmil audit verify` names the row at which a chain breaks.",
    },
    {
      name: "CryptoDowngrade",
      expr: seen("dsmil_crypto_downgrade_attempts_total", "10m"),
      severity: "critical",
      summary: "Somebody asks {{ $labels.node }} for weaker keys",
      description: "A handshake was refused: {{ $labels.reason }}.",
      remedy:
        "`bin/dsmil audit list` names the peer. All nodes of one release? If they are, it is an attack or a broken peer.",
    },
    {
      name: "UnprovedHandshakes",
      expr: "sum by (node) (increase(dsmil_crypto_refused_handshakes_total[10m])) > 5",
      severity: "warning",
      summary: "Somebody who cannot prove who it is knocks at {{ $labels.node }}",
      description: "{{ $value | humanize }} handshakes or frames were refused in ten minutes.",
      remedy: "`bin/dsmil audit list` has address and reason; a node that got new keys needs `bin/dsmil up`.",
    },
    {
      name: "NodeProofRefused",
      expr: seen("dsmil_enclave_refused_total", "10m"),
      severity: "critical",
      summary: "Node {{ $labels.node }} could not prove who it is",
      description: "Sign: {{ $labels.sign }}.",
      remedy: "docs/l8.md, device 56: a changed machine, a revoked node, or somebody in its place.",
    },
    {
      name: "KeyFilesOpen",
      expr: "dsmil_enclave_mode_problems > 0",
      for: "1m",
      severity: "critical",
      summary: "Key files on {{ $labels.node }} are open to others",
      description: "{{ $value }} files or folders of keys may be read or changed by others than their owner.",
      remedy: "`bin/dsmil up` lays them again; who changed them? Make new keys if they may have been read.",
    },
    {
      name: "AccessDeniedBurst",
      expr: 'sum by (layer, device_id, tenant_id) (rate(dsmil_errors_total{error_type="denied"}[5m])) > 1',
      for: "1m",
      severity: "warning",
      labels: { ...TENANT_OF_SERIES, device: "{{ $labels.device_id }}" },
      summary: "Device {{ $labels.device_id }} refuses many requests",
      description: "{{ $value | humanize }} refusals a second: wrong keys, or another tenant's.",
      remedy: "The service's log has the codes; a client with an old key, or somebody who tries.",
    },
    {
      name: "OperatorStress",
      expr: "shrink_risk_acute_stress > 0.8",
      for: "5m",
      severity: "critical",
      labels: { ...TENANT_OF_SERIES, component: "shrink" },
      summary: "Operators of {{ $labels.tenant_id }} are under acute stress",
      description: "SHRINK says {{ $value }} of 1.",
      remedy: "Relieve them; what they decide now deserves a second pair of eyes (docs/shrink.md).",
    },
  ],
};
