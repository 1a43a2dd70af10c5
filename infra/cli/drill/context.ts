import type { BusProbe, BusReply, DrillContext, GateDesk } from "../../drills/types.ts";
import { Credentials } from "../../isolation/drivers/credentials.ts";
import { askGateway } from "../dbe/ask-gateway.ts";
import { UserError } from "../errors.ts";
import { collectCredentials } from "../isolation/collect-credentials.ts";
import { fleetDoors } from "../isolation/doors.ts";
import { readOfficerKey } from "../officer/key-file.ts";
import { newRequest, type OfficerRequest, probeOf, signRequest } from "../officer/request.ts";
import type { Fleet } from "../stores/fleet.ts";

/** Who attacks whom: the first two tenants, or the one that is named by the other. */
export async function drillContext(fleet: Fleet, victim: string, officers: readonly string[]): Promise<DrillContext> {
  const { model, root } = fleet;
  const attacked = model.tenants.find(({ id }) => id === victim);
  const attacker = model.tenants.find(({ id }) => id !== victim);
  if (!attacked || !attacker)
    throw new UserError("drills need two tenants", "add one to manifest.yaml, run `bin/dsmil up`");
  const doors = fleetDoors(fleet);
  const node = model.nodes.find(({ role }) => role === "soc")?.id ?? "";
  return {
    model,
    attacker,
    victim: attacked,
    doors,
    credentials: new Credentials(await collectCredentials(fleet, doors)),
    bus: async (probe) => {
      const { answer } = await askGateway<BusReply>(root, model, node, ["send", "-"], JSON.stringify(probe));
      if (answer.error !== undefined) throw new Error(`${node}: ${answer.error}`);
      return answer;
    },
    gate: await gateDesk(attacked.prefix, officers),
  };
}

/** Queries to a tenant's gate, signed with the keys in these files where there are two. */
async function gateDesk(tenant: string, files: readonly string[]): Promise<GateDesk> {
  const keys = await Promise.all(files.map(readOfficerKey));
  const requests = new WeakMap<BusProbe, OfficerRequest>();
  const query = (): BusProbe => {
    const request = newRequest(tenant, { what: "nc3-status" });
    const probe = probeOf(request);
    requests.set(probe, request);
    return probe;
  };
  if (keys.length < 2) return { query };
  const signed = async (probe: BusProbe, officers: 1 | 2): Promise<BusProbe> => {
    let request = requests.get(probe);
    if (!request) throw new Error("a query of another desk");
    for (const key of keys.slice(0, officers)) request = await signRequest(request, key);
    return probeOf(request);
  };
  return { query, signed };
}
