/** What an operator is told of. */
export interface AlertFilter {
  readonly severities: readonly ("critical" | "warning")[];
  /** Ids of layers; empty: alerts of no layer, too. */
  readonly layers: readonly string[];
}

/** A receiver of alerts. Files are the node's, which the operator lays there. */
export interface AlertWebhook extends AlertFilter {
  readonly id: string;
  readonly url: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
}

/** The mail server of alerts, and the operators that are told by it. */
export interface AlertEmail extends AlertFilter {
  /** `host:port` */
  readonly smarthost: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly username?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
}

/** Who is told of alerts, beside the tenants' own channels. */
export interface Alerts {
  readonly webhooks: readonly AlertWebhook[];
  readonly email?: AlertEmail;
}
