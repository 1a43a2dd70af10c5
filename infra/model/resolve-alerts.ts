import type { ManifestAlertEmail, ManifestAlerts, ManifestAlertWebhook } from "./manifest.ts";
import type { AlertEmail, Alerts, AlertWebhook } from "./types.ts";

/** Who is told of alerts, from its block in the manifest. */
export function resolveAlerts({ webhooks, email }: ManifestAlerts): Alerts {
  return { webhooks: webhooks.map(webhookOf), ...(email && { email: emailOf(email) }) };
}

function webhookOf({ token_file: tokenFile, ca_file: caFile, ...same }: ManifestAlertWebhook): AlertWebhook {
  return { ...same, ...(tokenFile !== undefined && { tokenFile }), ...(caFile !== undefined && { caFile }) };
}

function emailOf({ password_file: passwordFile, ca_file: caFile, ...same }: ManifestAlertEmail): AlertEmail {
  return { ...same, ...(passwordFile !== undefined && { passwordFile }), ...(caFile !== undefined && { caFile }) };
}

/** Files of the operator that alerts are sent with. */
export const alertFiles = ({ webhooks, email }: Alerts): string[] =>
  [...webhooks.flatMap(({ tokenFile, caFile }) => [tokenFile, caFile]), email?.passwordFile, email?.caFile].filter(
    (file) => file !== undefined,
  );
