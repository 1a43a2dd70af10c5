import type { Board, Panel } from "./board.ts";
import { counted } from "./panels/counted.ts";
import { gauged } from "./panels/gauged.ts";
import { orZero, TENANT_IS_SCRAPED } from "./panels/or-zero.ts";
import { quantiles } from "./panels/quantile.ts";
import { atMost } from "./panels/steps.ts";
import { DAY, SLO_WINDOW, WINDOW } from "./panels/window.ts";

const OWN = 'tenant_id="$tenant"';

/** A tenant's security operations: events from layer to layer, findings, proposals, and how its operators are. */
export function socView(tenants: readonly string[]): Board {
  return {
    uid: "dsmil-soc",
    title: "SOC View",
    description:
      "Security operations of one tenant: the flow of events, findings, proposals, and its operators' state.",
    tenants,
    rows: [
      { title: "Flow", panels: flow() },
      { title: "Findings", panels: findings() },
      { title: "Proposals", panels: proposals() },
      { title: "Operators (SHRINK)", panels: shrink() },
      { title: "All tenants", audience: "operators", panels: allTenants() },
    ],
  };
}

function flow(): Panel[] {
  return [...events(), ...asideAndAsked()];
}

function events(): Panel[] {
  return [
    gauged(
      {
        title: "Events by step",
        description: "Events a second at each step from Layer 3 to the proposals: where the lines part, events wait.",
        unit: "cps",
        expr: orZero(
          `sum by (msg_type) (rate(dsmil_requests_total{${OWN},msg_type=~"L3_SCORE|L4_CLASSIFY|SOC_FUSE|SIGNALS|SOAR"}[${WINDOW}]))`,
          TENANT_IS_SCRAPED,
        ),
        legend: "{{msg_type}}",
      },
      { width: 12 },
    ),
    {
      title: "Latency of Layer 8",
      description: "Time of one batch of security events in analytics, signals and SOAR, over the last hour.",
      look: "lines",
      unit: "s",
      width: 12,
      queries: quantiles({
        histogram: "dsmil_request_latency_seconds",
        matching: `${OWN},msg_type=~"SOC_FUSE|SIGNALS|SOAR"`,
        window: SLO_WINDOW,
      }),
      needs: ["l8-analytics"],
    },
  ];
}

function asideAndAsked(): Panel[] {
  return [
    counted({
      title: "Kept aside",
      description: "Lines and events that could not be understood, a second, by reason.",
      counter: "dsmil_rejected_total",
      matching: OWN,
      by: ["reason"],
      scraped: TENANT_IS_SCRAPED,
    }),
    counted({
      title: "Failures",
      description: "Failures of the tenant's programs, a second, by kind.",
      counter: "dsmil_errors_total",
      matching: OWN,
      by: ["error_type"],
      scraped: TENANT_IS_SCRAPED,
    }),
    counted({
      title: "Questions of enrichment",
      description: "Questions that analytics answered over the bus, a second.",
      counter: "dsmil_requests_total",
      matching: `${OWN},msg_type="SOC_ENRICH"`,
      by: [],
      scraped: TENANT_IS_SCRAPED,
    }),
  ];
}

function findings(): Panel[] {
  return [
    counted(
      {
        title: "Adversarial ML (device 51)",
        description:
          "Flags of the last day: models that disagree, logs that may be tampered with, prompts that inject.",
        counter: "dsmil_advml_flags_total",
        matching: OWN,
        by: ["flag"],
        within: DAY,
        scraped: TENANT_IS_SCRAPED,
      },
      { needs: ["l8-advml"] },
    ),
    counted(
      {
        title: "Signals (devices 54, 55, 57)",
        description: "Findings of the last day: threat intelligence, habits of accounts, network.",
        counter: "dsmil_signals_findings_total",
        matching: OWN,
        by: ["kind"],
        within: DAY,
        scraped: TENANT_IS_SCRAPED,
      },
      { needs: ["l8-signals"] },
    ),
    gauged(
      {
        title: "Indicators",
        description: "Indicators that events are matched against, by feed; 0 without a feed.",
        unit: "short",
        expr: orZero(`sum by (feed) (dsmil_intel_indicators{${OWN}})`, TENANT_IS_SCRAPED),
        legend: "{{feed}}",
      },
      { look: "bars", needs: ["l8-signals"] },
    ),
  ];
}

function proposals(): Panel[] {
  const of = { counter: "dsmil_proposals_total", matching: OWN, within: DAY, scraped: TENANT_IS_SCRAPED };
  const needs = ["l8-soar"];
  return [
    counted(
      {
        ...of,
        title: "Proposals by action",
        description: "Actions that were proposed within the last day. They wait for a person.",
        matching: `${OWN},result="proposed"`,
        by: ["action"],
      },
      { width: 12, needs },
    ),
    counted(
      {
        ...of,
        title: "Actions by outcome",
        description:
          "Actions that would have fitted an event, within the last day: proposed, refused by the policy, duplicate.",
        by: ["result"],
      },
      { width: 12, needs },
    ),
  ];
}

const FIGURES = {
  risk_acute_stress: "Acute stress",
  lbi_hyperfocus_density: "Hyperfocus",
  cognitive_load: "Cognitive load",
  entropy: "Variety of commands",
  crisis_level: "Crisis",
} as const;

function shrink(): Panel[] {
  const needs = ["shrink"];
  return [
    {
      title: "Figures",
      description: "0 to 1, of all operators that were seen in the last 15 minutes; 0 with none (docs/shrink.md).",
      look: "lines",
      unit: "percentunit",
      width: 12,
      queries: Object.entries(FIGURES).map(([key, legend]) => ({ expr: `shrink_${key}{${OWN}}`, legend })),
      steps: atMost(0.8, 0.6),
      needs,
    },
    {
      title: "What they rest on",
      description: "Operators that were seen in the last 15 minutes, and observations of them.",
      look: "lines",
      unit: "short",
      width: 12,
      queries: [
        { expr: `shrink_operators{${OWN}}`, legend: "operators" },
        { expr: `shrink_observations{${OWN}}`, legend: "observations" },
      ],
      needs,
    },
  ];
}

function allTenants(): Panel[] {
  return [
    counted(
      {
        title: "Security events by tenant",
        description: "Events a second that became security events, of each tenant.",
        counter: "dsmil_requests_total",
        matching: 'msg_type="SOC_FUSE"',
        by: ["tenant_id"],
      },
      { width: 12, needs: ["l8-analytics"] },
    ),
    counted(
      {
        title: "Proposals by tenant",
        description: "Actions that were proposed within the last day, of each tenant.",
        counter: "dsmil_proposals_total",
        matching: 'result="proposed"',
        by: ["tenant_id"],
        within: DAY,
      },
      { width: 12, needs: ["l8-soar"] },
    ),
  ];
}
