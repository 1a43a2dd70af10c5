import type { Attempt, Plan, Probe, ServiceIdentity } from "../types.ts";
import { foreignTokens } from "./foreign-tokens.ts";
import type { Pair } from "./pair.ts";

/** What a request without lines meets once it is known who sends: it was taken as the tenant's, or would have been. */
const PASSED = ["400 empty", "429 too_many_requests"] as const;

/** What tokens that are not the victim's can send to its ingest. No request has a line, so that none is stored. */
export function planIngest({ victim, attacker }: Pair): Plan {
  if (victim.ingestPort === undefined) return { attempts: [], setup: [], teardown: [] };
  const server = `ingest:${victim.id}` as const;
  const send = (as: ServiceIdentity): Probe => ({ kind: "service", server, as, method: "POST", path: "/v1/events" });
  const attempts = foreignTokens("ingest", attacker, victim).map(
    ({ as, credential }): Attempt => ({
      id: `ingest/${attacker.id}→${victim.id}/send with ${credential}`,
      layer: "ingest",
      victim: victim.id,
      attacker: attacker.id,
      credential,
      what: `send lines to port ${victim.ingestPort} with ${credential}`,
      attack: send(as),
      refusals: ["401 unauthorized"],
      leaks: [...PASSED, "503 draining", "503 buffer_unavailable", "503 buffer_full"],
      control: send({ tenant: victim.id, token: "ingest" }),
      works: PASSED,
      remedy: `the ingest of ${victim.id} takes a token that is not its own: \`bin/dsmil up\` lays the digest again; replace the token if it was known to others`,
    }),
  );
  return { attempts, setup: [], teardown: [] };
}
