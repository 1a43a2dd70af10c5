import { randomUUID } from "node:crypto";
import { L9Rig } from "../../services/dbe-gateway/support/l9-rig.ts";
import { dataOf, PolicyRig, rules } from "../../services/policy/rig.ts";
import { Fabric, until } from "../../services/support/fabric.ts";
import { runSoar } from "../../services/support/soar.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";

const QUESTIONS = 100;
const ALERTS = 300;
/** Milliseconds between two alerts. */
const GAP_MS = 10;

/** Courses of action, one question after the other: API, two gateways, archive, policy, log of decisions, audit trail. */
export async function measureCoa(): Promise<Quantiles> {
  const rig = await L9Rig.start();
  const times: number[] = [];
  try {
    for (let asked = 0; asked < QUESTIONS; asked++) {
      const begun = performance.now();
      const { status } = await rig.ask("alpha", { event_id: rig.soc.events.alpha[0] });
      if (status === 429) await new Promise((resolve) => setTimeout(resolve, 1000));
      else if (status !== 200) throw new Error(`courses of action: HTTP ${status}`);
      else times.push(performance.now() - begun);
    }
  } finally {
    await rig.close();
  }
  return quantiles(times);
}

/** From an alert on SOC_EVENTS to its first proposal on PROPOSALS, by the times at which Redis took both. */
export async function measureSoar(): Promise<Quantiles> {
  const policies = new PolicyRig(await rules());
  const fabric = await Fabric.start();
  try {
    await fabric.admin.xgroup("CREATE", "ALPHA_SOC_EVENTS", "l8-soar", "0", "MKSTREAM");
    policies.lay("alpha", 1, dataOf("ALPHA"));
    const soar = await runSoar(fabric, policies);
    const sent = new Map<string, number>();
    for (let n = 0; n < ALERTS; n++) {
      const event = alert(n);
      const id = await fabric.admin.xadd("ALPHA_SOC_EVENTS", "*", "event", JSON.stringify(event));
      sent.set(event.event_id, Number(id?.split("-")[0]));
      await new Promise((resolve) => setTimeout(resolve, GAP_MS));
    }
    await until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-soar")) === 0, 60_000);
    const times = new Map<string, number>();
    for (const [id, [, text]] of await fabric.admin.xrange("ALPHA_PROPOSALS", "-", "+")) {
      const { event_id = "" } = JSON.parse(text ?? "{}") as { event_id?: string };
      const begun = sent.get(event_id);
      if (begun !== undefined && !times.has(event_id)) times.set(event_id, Number(id.split("-")[0]) - begun);
    }
    await soar.stop();
    return quantiles([...times.values()]);
  } finally {
    await fabric.stopAll();
    policies.remove();
  }
}

/** A grave event about hosts and names of its own, so that none is proposed before. */
const alert = (n: number) => ({
  ...{ event_id: randomUUID(), tenant_id: "ALPHA", ts: new Date().toISOString(), source_device: 52, source_layer: 8 },
  ...{ category: "IDS", severity: "CRITICAL" },
  payload: { fields: { src_ip: `10.0.${n >> 8}.${n & 255}`, dest_ip: "203.0.113.7", domain: `evil-${n}.example` } },
  l3: { score: 0.8, decision: "ALERT", rules: ["ids_malware"] },
  l4: { class: "MALWARE_C2", confidence: 0.97, evidence: ["sig_c2"], alternatives: [] },
});
