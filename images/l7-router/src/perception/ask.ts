import {
  PERCEPTION_REFUSALS,
  type PerceptionQuestion,
  type PerceptionRefusal,
} from "../../../runtime/l7/perception.ts";
import { ApiError } from "../api-error.ts";
import type { DeviceClient } from "../devices/device-client.ts";
import type { ApiKey } from "../key-ring.ts";
import { PERCEPTION } from "./perception-devices.ts";

/**
 * The answer of the service of vision and speech.
 * @param param field of the request that a refusal is about
 * @throws ApiError as DeviceClient.ask, or with why the service has no answer
 */
export async function askPerception<T>(
  devices: DeviceClient,
  caller: ApiKey,
  question: PerceptionQuestion,
  param: string,
): Promise<T> {
  const answer = JSON.parse(await devices.ask(caller, PERCEPTION, question)) as T | PerceptionRefusal;
  if (typeof answer !== "object" || answer === null || !("refused" in answer)) return answer as T;
  const { code, message } = answer.refused;
  const status = PERCEPTION_REFUSALS[code] ?? 502;
  throw new ApiError(status, code, `${message}.`, status === 400 ? param : null);
}

/** @throws ApiError 404 */
export function checkModel(given: unknown, model: string): void {
  if (given === model) return;
  if (typeof given !== "string") throw new ApiError(400, "invalid_request", "`model` is missing.", "model");
  throw new ApiError(404, "model_not_found", `There is no such model here; it is called ${model}.`, "model");
}
