import type { Bus } from "../../runtime/bus/bus.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { type JsonObject, jsonObject } from "../../runtime/json-object.ts";

/** A question of the agent's to another device of Layer 7. */
export interface BusQuestion {
  readonly destination: number;
  readonly body: object;
  readonly deadlineMs: number;
  /** Longest answer that is taken, bytes. */
  readonly maxAnswer: number;
}

/** Asks a device of Layer 7, as the tenant whose folder this container has. */
export class Layer7 {
  private readonly bus: Bus;
  private readonly tenant: string;

  /** @param tenant `ALPHA` */
  constructor(bus: Bus, tenant: string) {
    this.bus = bus;
    this.tenant = tenant;
  }

  /**
   * The answer, which is the tenant's.
   * @throws DbeError
   */
  async ask({ destination, body, deadlineMs, maxAnswer }: BusQuestion): Promise<JsonObject> {
    const { bus, tenant } = this;
    const { payload } = await bus.request({
      ...{ type: TYPES.L7_SERVICE_REQ, tenant, destination, deadlineMs: Math.max(1, Math.round(deadlineMs)) },
      payload: Buffer.from(JSON.stringify(body)),
    });
    if (payload.length > maxAnswer) throw new DbeError("INTERNAL", `an answer of ${payload.length} bytes`);
    const answer = jsonObject(payload.toString("utf8"));
    if (answer?.tenant_id !== tenant) throw new DbeError("INTERNAL", "an answer that is not the tenant's");
    return answer;
  }
}
