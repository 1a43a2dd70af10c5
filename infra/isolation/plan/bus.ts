import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import type { Container, Tenant } from "../../model/types.ts";
import type { Attempt, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

/**
 * Sends a frame to the gateway by the container's own folder and prints the type of the answer. argv: the frame, base64;
 * time and message id (docs/dbe.md, byte layout) are set when it is sent.
 */
const SEND = `
const b = Buffer.from(process.argv[1], "base64");
require("crypto").randomFillSync(b, 8, 16);
b.writeBigUInt64BE(BigInt(Date.now()), 32);
const q = require("http").request({ socketPath: "/run/dbe/gateway.sock", path: "/v1/messages", method: "POST",
  headers: { "content-type": "application/dbe", "content-length": b.length }, timeout: 5000 }, (r) => {
  const c = [];
  r.on("data", (d) => c.push(d)).on("end", () => console.log("answer type " + Buffer.concat(c)[5] + "."));
});
q.on("timeout", () => q.destroy(new Error("no answer"))).on("error", (e) => { console.error(e.message); process.exit(1); });
q.end(b);`;

/** What a container can say on the bus for a tenant it does not belong to. */
export function planBus({ model, victim, attacker }: Pair): Plan {
  const talking = model.containers.filter(
    (c) => c.tenant === attacker.id && c.device !== undefined && c.mounts.some((m) => m.target === "/run/dbe"),
  );
  const attempts = talking.flatMap((from): Attempt[] => {
    const node = { what: "the node", destination: 0 };
    const own = { what: `device ${from.device}`, destination: from.device ?? 0 };
    return [node, own].map(({ what, destination }) => {
      const text = `speak for ${victim.id} to ${what} from ${from.name}`;
      return {
        id: `bus/${attacker.id}→${victim.id}/${text}`,
        layer: "bus",
        victim: victim.id,
        attacker: attacker.id,
        credential: `folder of ${from.name}`,
        what: text,
        attack: send(from, victim, destination),
        refusals: ["not_seen"],
        leaks: ["seen"],
        control: send(from, attacker, 0),
        works: ["seen"],
        remedy:
          "the gateway lets a container speak for another tenant: see identity.json in its folder, and `bin/dsmil up`",
      };
    });
  });
  return { attempts, setup: [], teardown: [] };
}

function send({ name, node, device }: Container, tenant: Tenant, destination: number): Probe {
  const frame = encodeLocal({
    type: TYPES.ECHO_REQ,
    flags: 0,
    messageId: Buffer.alloc(16, 1),
    source: device ?? 0,
    destination,
    timestamp: 1,
    tlvs: { tenantId: tenant.prefix, deadlineMs: 4000 },
    payload: Buffer.alloc(0),
  });
  const argv = ["docker", "exec", name, "/usr/local/bin/node", "-e", SEND, frame.toString("base64")];
  return { kind: "exec", node, argv, seeks: `answer type ${TYPES.ECHO_RESP}.` };
}
