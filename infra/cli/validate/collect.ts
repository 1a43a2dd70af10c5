import type { Facts, Kept, Known } from "../../validate/types.ts";
import { prometheusQuery, prometheusTargets } from "../metrics/ask-prometheus.ts";
import { askPrometheus, prometheusDoor } from "../metrics/prometheus-api.ts";
import { collectStatus } from "../status/collect.ts";
import type { Fleet } from "../stores/fleet.ts";
import { httpsRequest } from "../stores/https-request.ts";
import { engineFacts } from "./engine-facts.ts";
import { latestDrill, latestIsolation } from "./proofs.ts";
import { askPostgres, askRedis } from "./stores.ts";

/** Asks a running fleet for everything that the criteria need, all at once; what does not answer is told as that. */
export async function collectFacts(fleet: Fleet): Promise<Facts> {
  const { model, root, data } = fleet;
  const [containers, targets, alerts, alertmanagers, latency, redis, postgres, front, isolation, drill] =
    await Promise.all([
      known(() => kept(fleet)),
      known(async () => (await prometheusTargets(fleet)).map(target)),
      known(() => alertNames(fleet)),
      known(() => alertmanagerCount(fleet)),
      known(() => layerLatency(fleet)),
      known(() => askRedis(fleet)),
      known(() => askPostgres(fleet)),
      known(() => askFront(fleet)),
      known(async () => latestIsolation(root, data.rootPublicKey)),
      known(async () => latestDrill(root, model)),
    ]);
  const asked = { containers, targets, alerts, alertmanagers, latency, redis, postgres, front };
  return { model, now: new Date(), ...asked, isolation, drill };
}

async function known<T>(ask: () => Promise<T>): Promise<Known<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    return { problem: (error as Error).message.split("\n")[0] ?? "no answer" };
  }
}

/** Health as it answers now, beside what the engine was told. */
async function kept({ root, model }: Fleet): Promise<Kept[]> {
  const [status, engines] = await Promise.all([collectStatus(root, model), engineFacts(root, model)]);
  return status.services.map(({ name, service, node, health }) => {
    return { name, service, node, healthy: health === "healthy", ...engines.get(name) };
  });
}

const target = ({ health, labels }: Awaited<ReturnType<typeof prometheusTargets>>[number]) => ({
  job: labels.job ?? "",
  up: health === "up",
  name: labels.container ?? labels.instance ?? labels.job ?? "",
});

async function alertNames(fleet: Fleet): Promise<string[]> {
  const { groups } = (await askPrometheus(await prometheusDoor(fleet), "/api/v1/rules?type=alert")) as {
    readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
}

async function alertmanagerCount(fleet: Fleet): Promise<number> {
  const told = await askPrometheus(await prometheusDoor(fleet), "/api/v1/alertmanagers");
  return (told as { readonly activeAlertmanagers: readonly unknown[] }).activeAlertmanagers.length;
}

async function layerLatency(fleet: Fleet): Promise<Record<string, number>> {
  const series = await prometheusQuery(fleet, "dsmil:layer:latency_seconds:p99");
  const values = series.map(({ metric, value }) => [metric.layer ?? "", Number(value)] as const);
  return Object.fromEntries(values.filter(([, seconds]) => Number.isFinite(seconds)));
}

/** Whether the API answers each tenant's first key. */
async function askFront({ model, data, endpoints }: Fleet): Promise<Record<string, number>> {
  const endpoint = await endpoints.get("haproxy");
  const asked = model.tenants.flatMap(({ id, apiKeys }) => {
    const key = data.tenants[id]?.apiKeys[apiKeys[0] ?? ""];
    return key === undefined ? [] : [{ id, key }];
  });
  const answers = asked.map(async ({ id, key }) => {
    const headers = { authorization: `Bearer ${key}` };
    const { status } = await httpsRequest(endpoint, { method: "GET", path: "/v1/models", headers, timeoutMs: 15_000 });
    return [id, status] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
