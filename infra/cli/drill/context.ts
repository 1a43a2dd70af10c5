import type { BusReply, DrillContext } from "../../drills/types.ts";
import { Credentials } from "../../isolation/drivers/credentials.ts";
import { askGateway } from "../dbe/ask-gateway.ts";
import { UserError } from "../errors.ts";
import { collectCredentials } from "../isolation/collect-credentials.ts";
import { fleetDoors } from "../isolation/doors.ts";
import { readOfficerKey } from "../officer/key.ts";
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
  const [first, second] = officers.map((file) => ({ person: file, seed: readOfficerKey(file) }));
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
    ...(first && second && { officers: [first, second] as const }),
  };
}
