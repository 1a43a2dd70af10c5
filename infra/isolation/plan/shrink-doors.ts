import type { Container, Tenant } from "../../model/types.ts";
import type { Attempt, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

/** Where a container has its tenant's door to SHRINK. */
const DOOR = "/run/shrink";

/** Asks SHRINK by the container's own door and prints the answer. argv: the path. */
const ASK = `
const q = require("http").get({ socketPath: "${DOOR}/shrink.sock", path: process.argv[1], timeout: 5000 }, (r) => {
  const c = [];
  r.on("data", (d) => c.push(d)).on("end", () => console.log(Buffer.concat(c).toString()));
});
q.on("timeout", () => q.destroy(new Error("no answer"))).on("error", (e) => { console.error(e.message); process.exit(1); });`;

/** What the attacker's containers learn of the victim's operators by the door that SHRINK opened for their own tenant. */
export function planShrinkDoors({ model, victim, attacker }: Pair): Attempt[] {
  const doors = model.containers.filter(
    (c) => c.tenant === attacker.id && c.service !== "shrink" && c.mounts.some(({ target }) => target === DOOR),
  );
  return doors.map((from) => {
    const what = `risk of ${victim.prefix} by the door of ${from.name}`;
    return {
      id: `shrink/${attacker.id}→${victim.id}/${what}`,
      layer: "shrink",
      victim: victim.id,
      attacker: attacker.id,
      credential: `folder of ${from.name}`,
      what,
      attack: ask(from, victim),
      refusals: ["not_seen"],
      leaks: ["seen"],
      control: ask(from, attacker),
      works: ["seen"],
      remedy: `the door of ${from.name} leads to ${victim.id}'s figures: \`bin/dsmil up\` sets its mounts again`,
    };
  });
}

function ask({ node, name }: Container, { prefix }: Tenant): Probe {
  const argv = ["docker", "exec", name, "/usr/local/bin/node", "-e", ASK, `/risk?tenant_id=${prefix}`];
  return { kind: "exec", node, argv, seeks: `"tenant_id":"${prefix}"` };
}
