import { posix } from "node:path";
import { stringify } from "yaml";
import { ALERT_ACCESS } from "../model/containers/alertmanager.ts";
import type { AlertEmail, AlertFilter, AlertWebhook, Model, NotifyChannel } from "../model/types.ts";
import { inhibitions } from "./alertmanager-inhibitions.ts";

/** What differs between a fleet's alertmanager and one of a test. */
export interface AlertmanagerSettings {
  /** Folder of tokens and authorities as the alertmanager sees it. */
  readonly access?: string;
  /** Time until a new group is told of: long enough that what belongs together comes together. */
  readonly groupWait?: string;
  /** Time until a group that changed, by an alert that is over, too, is told of again. */
  readonly groupInterval?: string;
}

interface Receiver {
  readonly name: string;
  readonly webhook_configs?: readonly object[];
  readonly email_configs?: readonly object[];
}

interface Route {
  readonly receiver: string;
  readonly matchers: readonly string[];
  readonly continue: true;
}

type Told = { readonly receiver: Receiver; readonly matchers: readonly string[] };

/** Who is told nothing: the watchdog's, and whatever nobody asked for. */
const NOBODY = "nobody";

/** Alerts in one message; the rest is counted there. */
const MOST_ALERTS = 100;

/**
 * alertmanager.yml: the fleet's own receivers get what they asked for by severity and layer, a tenant's channels get that
 * tenant's alerts and no other's.
 */
export function renderAlertmanagerConf(
  { alerts, tenants }: Pick<Model, "alerts" | "tenants">,
  { access = ALERT_ACCESS, groupWait = "10s", groupInterval = "30s" }: AlertmanagerSettings = {},
): string {
  const { webhooks, email } = alerts;
  const told: Told[] = [
    ...webhooks.map((webhook) => ({ receiver: webhookOf(webhook, access), matchers: filters(webhook) })),
    ...(email && email.to.length > 0 ? [{ receiver: operators(email, access), matchers: filters(email) }] : []),
    ...tenants.flatMap(({ id, notify }) =>
      notify.flatMap((channel, i) => {
        const receiver = channelOf(`tenant-${id}-${i + 1}`, channel, email, access);
        return receiver ? [{ receiver, matchers: [`tenant="${id}"`, 'severity=~"critical|warning"'] }] : [];
      }),
    ),
  ];
  const conf = {
    ...(email && { global: mailServer(email, access) }),
    route: {
      receiver: NOBODY,
      group_by: ["alertname", "node", "layer", "tenant"],
      group_wait: groupWait,
      group_interval: groupInterval,
      repeat_interval: "4h",
      routes: told.map(
        ({ receiver, matchers }): Route => ({ receiver: receiver.name, matchers: [...matchers], continue: true }),
      ),
    },
    inhibit_rules: inhibitions,
    receivers: [{ name: NOBODY }, ...told.map(({ receiver }) => receiver)],
  };
  return `# Generated from the manifest.\n${stringify(conf, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/**
 * web.yml: nobody without a certificate for clients.
 * @param certs folder of the server's own certificate as the alertmanager sees it
 */
export function renderAlertmanagerWeb(certs = "/etc/dsmil/certs"): string {
  return stringify({
    tls_server_config: {
      cert_file: `${certs}/tls.crt`,
      key_file: `${certs}/tls.key`,
      client_auth_type: "RequireAndVerifyClientCert",
      client_ca_file: `${certs}/clients-ca.crt`,
      min_version: "TLS12",
    },
  });
}

function filters({ severities, layers }: AlertFilter): string[] {
  const severity = `severity=~"${severities.join("|")}"`;
  return layers.length === 0 ? [severity] : [severity, `layer=~"${layers.join("|")}"`];
}

function webhookOf({ id, url, tokenFile, caFile }: AlertWebhook, access: string): Receiver {
  const http = {
    follow_redirects: false,
    ...(tokenFile && { authorization: { type: "Bearer", credentials_file: seen(tokenFile, access) } }),
    ...(caFile && { tls_config: { ca_file: seen(caFile, access) } }),
  };
  return {
    name: `webhook-${id}`,
    webhook_configs: [{ url, send_resolved: true, max_alerts: MOST_ALERTS, http_config: http }],
  };
}

const operators = (email: AlertEmail, access: string): Receiver => ({
  name: "operators",
  email_configs: [mailTo(email.to.join(", "), email, access)],
});

/** The mail server's authority is named at each receiver: this release knows no place for all of them. */
const mailTo = (to: string, { caFile }: AlertEmail, access: string) => ({
  to,
  send_resolved: true,
  ...(caFile && { tls_config: { ca_file: seen(caFile, access) } }),
});

/** Nothing where it is an address and there is no mail server. */
function channelOf(
  name: string,
  { channel, target }: NotifyChannel,
  email: AlertEmail | undefined,
  access: string,
): Receiver | undefined {
  if (channel === "email") return email && { name, email_configs: [mailTo(target, email, access)] };
  const http = { follow_redirects: false };
  return {
    name,
    webhook_configs: [{ url: target, send_resolved: true, max_alerts: MOST_ALERTS, http_config: http }],
  };
}

function mailServer({ smarthost, from, username, passwordFile }: AlertEmail, access: string) {
  return {
    smtp_smarthost: smarthost,
    smtp_from: from,
    smtp_require_tls: true,
    ...(username && { smtp_auth_username: username }),
    ...(passwordFile && { smtp_auth_password_file: seen(passwordFile, access) }),
  };
}

/** A file of the operator's as the alertmanager sees it. */
const seen = (file: string, access: string): string => `${access}/${posix.basename(file)}`;
