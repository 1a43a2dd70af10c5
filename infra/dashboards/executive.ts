import type { Board, Panel } from "./board.ts";
import { counted } from "./panels/counted.ts";
import { firingAlerts } from "./panels/firing-alerts.ts";
import { gauged } from "./panels/gauged.ts";
import { orZero } from "./panels/or-zero.ts";
import { atLeast, atMost } from "./panels/steps.ts";
import { DAY } from "./panels/window.ts";

/** For who decides: is the platform there, what did Layer 9 do, was anybody refused, what does it cost. */
export function executive(): Board {
  return {
    uid: "dsmil-executive",
    title: "Executive",
    description: "The last day in a few numbers: availability, courses of action, what was proposed and refused, NC3.",
    tenants: [],
    rows: [
      { title: "State", panels: state() },
      { title: "Layer 9", panels: layerNine() },
      { title: "Rules of engagement", panels: engagement() },
      { title: "Use", panels: use() },
    ],
  };
}

function state(): Panel[] {
  return [
    gauged(
      {
        title: "Availability",
        description: "Share of the last day in which the programs answered, over all of them.",
        unit: "percentunit",
        expr: `avg(avg_over_time(up{job="services"}[${DAY}]))`,
        legend: "availability",
      },
      { look: "number", width: 6, steps: atLeast(0.99, 0.999) },
    ),
    { ...firingAlerts(), width: 6 },
    aDay("Security events", "Events that became security events within the last day, of all tenants.", "SOC_FUSE"),
    aDay("Questions to the models", "Requests at the API of Layer 7 within the last day, of all tenants.", "L7_API"),
  ];
}

function aDay(title: string, description: string, type: string): Panel {
  return gauged(
    {
      title,
      description,
      unit: "short",
      expr: orZero(`sum(increase(dsmil_requests_total{msg_type="${type}"}[${DAY}]))`),
      legend: title,
    },
    { look: "number", width: 6 },
  );
}

function layerNine(): Panel[] {
  const of = { counter: "dsmil_requests_total", within: DAY };
  return [
    counted(
      {
        ...of,
        title: "Courses of action",
        description: "Questions that the COA engine (device 59) answered within the last day, by tenant.",
        matching: 'msg_type="L9_COA"',
        by: ["tenant_id"],
      },
      { needs: ["l9-coa"] },
    ),
    counted(
      {
        ...of,
        title: "Strategy and coalition",
        description: "Questions that devices 60 and 62 answered within the last day.",
        matching: 'msg_type=~"L9_STRATEGY|L9_COALITION"',
        by: ["msg_type"],
      },
      { needs: ["l9-strategy"] },
    ),
    counted(
      {
        ...of,
        title: "NC3 and emergency stop",
        description:
          "Questions at the NC3 gate (device 61) and orders of the emergency stop within the last day. Each is rare: ask why.",
        matching: 'msg_type=~"L9_NC3|L9_STOP"',
        by: ["msg_type"],
      },
      { needs: ["l9-nc3"], steps: [{ color: "green" }, { from: 1, color: "orange" }] },
    ),
  ];
}

function engagement(): Panel[] {
  return [
    counted(
      {
        title: "Actions by outcome",
        description:
          "Actions that would have fitted an event, within the last day, by tenant: proposed to a person, refused by its policy, duplicate.",
        counter: "dsmil_proposals_total",
        by: ["tenant_id", "result"],
        within: DAY,
      },
      { width: 12, needs: ["l8-soar"] },
    ),
    counted(
      {
        title: "Refused on the bus",
        description:
          "Messages and handshakes that gateways refused within the last day, by reason: signatures, claims, tenants, levels.",
        counter: "dsmil_dbe_rejections_total",
        by: ["reason"],
        within: DAY,
      },
      { width: 12, needs: ["dbe-gateway"], steps: atMost(100, 1) },
    ),
  ];
}

function use(): Panel[] {
  return [
    counted(
      {
        title: "Tokens by tenant",
        description: "Tokens that the language models read and wrote within the last day.",
        counter: "dsmil_llm_tokens_total",
        by: ["tenant_id", "kind"],
        within: DAY,
      },
      { width: 12, needs: ["l7-worker"] },
    ),
    counted(
      {
        title: "Processed by tenant",
        description: "Events and requests within the last day, over all layers; `shared` is what no tenant asked for.",
        counter: "dsmil_requests_total",
        by: ["tenant_id"],
        within: DAY,
      },
      { width: 12 },
    ),
  ];
}
