import type { Model, Tenant } from "../model/types.ts";
import { codes, page, table } from "./markdown.ts";

/** Text of docs/reference/tenants.md. */
export function tenantsPage(model: Model): string {
  const { tenants } = model;
  const rows = Object.entries(FACTS).map(([name, say]) => [name, ...tenants.map((tenant) => say(tenant, model))]);
  return page("Tenants", ABOUT, table(["", ...tenants.map(({ id }) => `\`${id}\``)], rows));
}

const ABOUT = `What each tenant of the manifest may, and what is kept for how long ([policy.md](../policy.md) says what the words mean). Its
data are in [data-plane.md](data-plane.md), its certificates in [certificates.md](certificates.md).`;

const FACTS: Readonly<Record<string, (tenant: Tenant, model: Model) => string>> = {
  "rules of engagement": ({ roeLevel }) => `\`${roeLevel}\``,
  actions: ({ actions }) => codes(actions),
  compartments: ({ compartments }) => codes(compartments),
  classification: ({ classification }) => `\`${classification}\``,
  tools: ({ tools }) => codes(tools),
  "requests a minute, tokens a day": ({ limits }) => `${limits.requestsPerMinute}, ${limits.tokensPerDay}`,
  "API keys": ({ apiKeys }) => codes(apiKeys),
  officers: ({ officers }) => codes(officers.map(({ person }) => person)),
  partners: ({ coalition }) => codes(coalition.map(({ id, marking }) => `${id} (${marking})`)),
  feeds: ({ feeds }) => codes(feeds.map(({ id, kind }) => `${id} (${kind})`)),
  "told of alerts by": ({ notify }) => codes(notify.map(({ channel }) => channel)),
  "port of the ingest": ({ ingestPort }) => String(ingestPort ?? "-"),
  "port of its SHRINK": ({ shrinkPort }) => String(shrinkPort ?? "-"),
  "layers' streams kept": ({ retentionHotSeconds }) => hours(retentionHotSeconds),
  "SOC_EVENTS kept": ({ retentionSocSeconds }) => hours(retentionSocSeconds),
  "archive kept": ({ retentionArchiveDays }) => `${retentionArchiveDays} days`,
  containers: ({ id }, { containers }) => String(containers.filter(({ tenant }) => tenant === id).length),
  "memory limits of these": ({ id }, { containers }) =>
    `${containers.filter(({ tenant }) => tenant === id).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)} MiB`,
};

const HOUR = 3600;
const hours = (seconds: number): string => `${seconds / HOUR} h`;
