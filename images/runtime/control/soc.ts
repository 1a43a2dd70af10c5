import { figure, listOf, objectOf, oneOf, type Schema, text, time, whole } from "./schema.ts";

/** What SOC figures are of: fused events, findings, flags, proposals, what was kept aside, failures. */
export const SOC_KINDS = ["event", "finding", "flag", "proposal", "reject", "failure"] as const;

/** Things of one sort that a tenant's programs counted. Single events and their texts are never in it. */
export interface SocSeenAnswer {
  readonly kind: (typeof SOC_KINDS)[number];
  /** Lower-case id; absent for what is of no tenant. */
  readonly tenant?: string;
  readonly layer?: string;
  /** Of an event. */
  readonly severity?: string;
  /** Layer 3's of an event, or what became of a proposal. */
  readonly decision?: string;
  /** Kind of finding, flag, action, reason or failure. */
  readonly what?: string;
  readonly count: number;
  readonly last?: string;
}

export interface SocAlertAnswer {
  readonly name: string;
  readonly severity: string;
  readonly tenant?: string;
  readonly layer?: string;
  readonly since: string;
}

export interface SocAnswer {
  readonly time: string;
  /** Seconds that counts are over. */
  readonly windowSeconds: number;
  readonly rates: readonly {
    readonly tenant?: string;
    readonly layer: string;
    readonly what: string;
    readonly perSecond: number;
  }[];
  readonly seen: readonly SocSeenAnswer[];
  readonly alerts: readonly SocAlertAnswer[];
  readonly waiting: readonly { readonly tenant: string; readonly lines: number; readonly oldestSeconds: number }[];
}

const TENANT = text("Tenant; absent for what is of none");
const LAYER = text("Layer");

const SEEN: Schema = objectOf<SocSeenAnswer>(
  {
    kind: oneOf(SOC_KINDS, "What was counted"),
    tenant: TENANT,
    layer: LAYER,
    severity: text("Severity of fused events"),
    decision: text("Layer 3's of fused events, NONE without one; what became of proposals"),
    what: text("Kind of finding or failure, flag, action, reason"),
    count: whole("How many within the window, rounded", { minimum: 1 }),
    last: time("When the newest was counted, to about 30 seconds"),
  },
  ...(["tenant", "layer", "severity", "decision", "what", "last"] as const),
);

const ALERT: Schema = objectOf<SocAlertAnswer>(
  {
    name: text("Alert (docs/alerts.md)"),
    severity: text("critical, warning"),
    tenant: TENANT,
    layer: LAYER,
    since: time("Since when its condition holds"),
  },
  "tenant",
  "layer",
);

export const SOC: Schema = objectOf<SocAnswer>({
  time: time("When Prometheus was asked"),
  windowSeconds: whole("Seconds that counts are over"),
  rates: listOf(
    objectOf<SocAnswer["rates"][number]>(
      { tenant: TENANT, layer: LAYER, what: text("What was done"), perSecond: figure("Over the last minute") },
      "tenant",
    ),
    "Events and requests a second, by layer, tenant and what was done",
  ),
  seen: listOf(SEEN, "What was counted within the window, newest first"),
  alerts: listOf(ALERT, "Alerts that fire, newest first"),
  waiting: listOf(
    objectOf<SocAnswer["waiting"][number]>({
      tenant: text("Tenant"),
      lines: whole("Lines on the node's disk that are not on the stream"),
      oldestSeconds: figure("Age of the oldest of them"),
    }),
    "Backlog of each tenant's ingest",
  ),
});
