import { randomBytes } from "node:crypto";
import { Credentials } from "../../isolation/drivers/credentials.ts";
import { FleetProber } from "../../isolation/drivers/prober.ts";
import { planIsolation } from "../../isolation/plan.ts";
import { runPlan } from "../../isolation/run.ts";
import type { AttemptResult, Layer } from "../../isolation/types.ts";
import type { Fleet } from "../stores/fleet.ts";
import { collectCredentials, credentialSources } from "./collect-credentials.ts";
import { fleetDoors } from "./doors.ts";

/** Tries every tenant's credentials on every other tenant's things. */
export async function proveIsolation(
  fleet: Fleet,
  { tenant, layers }: { readonly tenant?: string | undefined; readonly layers?: readonly Layer[] | undefined },
  onResult: (done: number, of: number) => void,
): Promise<AttemptResult[]> {
  const doors = fleetDoors(fleet);
  const known = await collectCredentials(fleet, doors);
  const nonce = randomBytes(4).toString("hex");
  const sourcesOf = (t: Parameters<typeof credentialSources>[1]) => credentialSources(known, t);
  const narrowed = { ...(tenant !== undefined && { tenant }), ...(layers && { layers }) };
  const plan = planIsolation(fleet.model, { nonce, sourcesOf, ...narrowed });
  const prober = new FleetProber(doors, new Credentials(known));
  let done = 0;
  try {
    return await runPlan(plan, prober, { onResult: () => onResult(++done, plan.attempts.length) });
  } finally {
    await prober.close();
  }
}
