import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import { postgres } from "../../infra/provider/stores/postgres.ts";
import { until } from "./harness/bus.ts";
import { dsmilOk, editManifest, resetManifest, root, run } from "./harness/dsmil.ts";
import { fingerprints, onNodeOk, untilHealthy } from "./harness/fleet.ts";

const BUNDLE = "/etc/dsmil/policies/tenants/alpha/bundle.json";
const OTHERS = ["node-a", "node-b"].map((node) => [node, "/etc/dsmil/policies/tenants/bravo"] as const);

/** A host of this run alone, and with it a stranger: what was proposed for others is not proposed again for a while. */
const host = (() => {
  const net = randomInt(256);
  let last = 0;
  return () => `10.77.${net}.${++last}`;
})();

/** Sends alpha an alert about a host of its own, and waits until it is archived. */
async function attack(dest_ip: string): Promise<void> {
  const alert = {
    signature: "ET MALWARE Cobalt Strike Beacon",
    severity: 1,
    category: "Malware Command and Control Activity Detected",
  };
  const flow = { src_ip: dest_ip.replace("10.77", "203.0"), src_port: 44321, dest_ip, dest_port: 443, proto: "TCP" };
  const line = JSON.stringify({ timestamp: "2026-11-21T12:34:56.123456+0000", event_type: "alert", ...flow, alert });
  const sent = await run(`${root}/bin/dsmil`, ["events", "send", "--tenant", "alpha", "--wait", "60", "--json", "-"], {
    stdin: line,
  });
  expect(sent.code, sent.stderr + sent.stdout).toBe(0);
}

/** Actions that are proposed for events about a host. */
const proposedFor = (ip: string): Promise<readonly string[]> =>
  postgres.use(
    lookingContext(),
    "node-c",
    async (pool) => {
      const { rows } = await pool.query<{ action: string }>(
        `select p.action from dsmil_alpha.proposals p join dsmil_alpha.events e using (event_id)
         where e.raw -> 'fields' ->> 'dest_ip' = $1 order by p.action`,
        [ip],
      );
      return rows.map(({ action }) => action);
    },
    "dsmil",
  );

async function proposals(): Promise<readonly string[]> {
  const ip = host();
  await attack(ip);
  await until("a proposal", async () => (await proposedFor(ip)).length > 0);
  return proposedFor(ip);
}

const health = (): Promise<string> =>
  onNodeOk(
    "node-a",
    "docker",
    "exec",
    "dsmil-l8-soar-alpha",
    "busybox",
    "wget",
    "-q",
    "-O",
    "-",
    "http://127.0.0.1:8080/health",
  );

const ofBravo = () =>
  Promise.all(OTHERS.map(([node, folder]) => onNodeOk(node, "sh", "-c", `stat -c '%n %i %Y' ${folder}/*`)));

describe("a tenant's policy on the lab", () => {
  beforeAll(() => untilHealthy());
  afterAll(async () => {
    // The next deployment, of 63, takes the other actions back: it must not touch a container either.
    resetManifest();
    await postgres.close();
    await closeConnections();
  });

  it("decides what is proposed", async () => {
    expect(await proposals()).toEqual(["ISOLATE_HOST"]);
  });

  it("changes with the manifest, without a restart, and no other tenant's with it", async () => {
    const [before, bravo] = [fingerprints(await untilHealthy()), await ofBravo()];
    editManifest((text) => text.replace("actions: [ISOLATE_HOST, BLOCK_DOMAIN]", "actions: [ALERT_ONLY]"));
    await dsmilOk("up");
    const begun = performance.now();
    expect(await proposals()).toEqual(["ALERT_ONLY"]);
    console.log(`another proposal ${((performance.now() - begun) / 1000).toFixed(1)} s after up`);
    expect(fingerprints(await untilHealthy())).toEqual(before);
    expect(await ofBravo()).toEqual(bravo);
  });

  it("stays in force when a bundle comes that the root has not signed", async () => {
    const good = await onNodeOk("node-a", "cat", BUNDLE);
    const { signature } = JSON.parse(good) as { readonly signature: string };
    const forged = good.replace(signature, `${signature.startsWith("0") ? "1" : "0"}${signature.slice(1)}`);
    const write = (text: string) => onNodeOk("node-a", "sh", "-c", `cat > ${BUNDLE} <<'END'\n${text.trimEnd()}\nEND`);
    await write(forged);
    try {
      await until("the refusal", async () => (await health()).includes("not signed by this fleet's root"));
      expect(await proposals()).toEqual(["ALERT_ONLY"]);
    } finally {
      await write(good);
    }
    await until("a good policy", async () => !(await health()).includes("not signed"));
  });
});
