import type { StopAnswer } from "../../../images/runtime/stop/stop-answer.ts";
import type { Model } from "../../model/types.ts";
import { askGateway } from "../dbe/ask-gateway.ts";
import { UserError } from "../errors.ts";
import { projectRoot } from "../root.ts";
import { newRequest, type OfficerRequest, probeOf } from "./request.ts";

interface Answer {
  readonly name?: string;
  readonly reason?: string;
  readonly payload?: string;
}

/**
 * Sends a request over the bus to the tenant's gate, from the first node of the manifest that is not the gate's.
 * @returns its answer's JSON
 * @throws UserError with the reason of a refusal
 */
export async function askGate(model: Model, request: OfficerRequest): Promise<string> {
  const gate = model.services.find(({ device }) => device === request.destination);
  if (gate === undefined) {
    throw new UserError(`no service speaks for device ${request.destination}`, "add l9-nc3 to the manifest's services");
  }
  const from = (model.nodes.find(({ id }) => id !== gate.node) ?? model.nodes[0])?.id ?? "";
  const body = JSON.stringify(probeOf(request));
  const { answer } = await askGateway<Answer>(projectRoot, model, from, ["send", "-"], body);
  if (answer.reason === undefined && answer.error === undefined) return answer.payload ?? "";
  const what = answer.reason ?? answer.error ?? "no answer";
  throw new UserError(`${request.tenant}: ${what}`, "`bin/dsmil audit list` and the tenant's audit_log say why");
}

/** Whether a tenant is stopped. @param tenant upper-case id */
export async function stopStateOf(model: Model, tenant: string): Promise<StopAnswer> {
  return JSON.parse(await askGate(model, newRequest(tenant, { what: "state" }))) as StopAnswer;
}
