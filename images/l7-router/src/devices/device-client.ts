import type { Bus } from "../../../runtime/bus/bus.ts";
import { mintClaim } from "../../../runtime/dbe/claim/mint.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Signer } from "../../../runtime/pqc/signer.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import type { SigningKeys } from "../signing-keys.ts";
import { busError } from "./bus-error.ts";
import type { Device } from "./device.ts";
import { Places } from "./places.ts";

export interface DeviceClientParts {
  readonly bus: Bus;
  readonly keys: SigningKeys;
  /** Device that this service speaks for. */
  readonly device: number;
}

/** Asks devices of a caller's tenant over the bus, with a claim signed by the tenant's key. */
export class DeviceClient {
  private readonly parts: DeviceClientParts;
  private readonly places = new Places();

  constructor(parts: DeviceClientParts) {
    this.parts = parts;
  }

  /**
   * The answer's JSON, whose `tenant_id` is the caller's.
   * @throws ApiError 403, 502, 503 or 504
   */
  async ask(caller: ApiKey, to: Device, question: object): Promise<string> {
    const { bus, keys } = this.parts;
    if (!(await bus.isDeployed())) {
      throw new ApiError(503, "bus_not_deployed", "This fleet has no bus between its nodes, which the question needs.");
    }
    const key = keys.of(caller.tenant);
    if (!key) {
      const remedy = "The operator lays it with `dsmil up`.";
      throw new ApiError(503, "signing_seed_missing", `The tenant's signing key is not on this node. ${remedy}`);
    }
    if (!this.places.take(caller.tenant)) {
      throw busError(new DbeError("OVERLOADED", "all places are taken"), to.name);
    }
    try {
      return await this.exchange(caller, key, to, JSON.stringify(question));
    } catch (error) {
      throw busError(error, to.name);
    } finally {
      this.places.free(caller.tenant);
    }
  }

  private async exchange({ tenant, name }: ApiKey, key: Signer, to: Device, question: string): Promise<string> {
    const { bus, device } = this.parts;
    const messageId = bus.newMessageId();
    const claimToken = await mintClaim(key, { tenant, userId: name, device, messageId });
    const { payload } = await bus.request({
      ...{ type: to.type, tenant, destination: to.device, messageId, deadlineMs: to.deadlineMs },
      payload: Buffer.from(question),
      tlvs: { claimToken, ...(to.roeTokenId !== undefined && { roeTokenId: to.roeTokenId }) },
    });
    return checked(payload, tenant, to.maxAnswer);
  }
}

/** The gateways have seen to it that the answer is the tenant's; one that says otherwise is passed to nobody. */
function checked(payload: Buffer, tenant: string, longest: number): string {
  if (payload.length > longest) throw new DbeError("INTERNAL", `an answer of ${payload.length} bytes`);
  const text = payload.toString("utf8");
  const answer = JSON.parse(text) as { readonly tenant_id?: unknown } | null;
  if (answer?.tenant_id !== tenant) throw new DbeError("INTERNAL", "an answer that is not the tenant's");
  return text;
}
