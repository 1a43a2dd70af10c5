import type { Bus } from "../../../runtime/bus/bus.ts";
import { mintClaim } from "../../../runtime/dbe/claim/mint.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Signer } from "../../../runtime/pqc/signer.ts";
import type { Enrichment } from "../../../runtime/soc/enrichment.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import type { SigningKeys } from "../signing-keys.ts";
import { busError } from "./bus-error.ts";
import { Places } from "./places.ts";

export interface EnricherParts {
  readonly bus: Bus;
  readonly keys: SigningKeys;
  /** Device that this service speaks for. */
  readonly device: number;
}

/** The SOC router of each tenant. */
const SOC_ROUTER = 52;
/** Time in which an answer must be here, ms. */
const DEADLINE_MS = 5000;
/** Longest answer that is passed on, bytes: 50 events take a fifth of it. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Asks the SOC router of a caller's tenant over the bus, with a claim signed by the tenant's key. */
export class Enricher {
  private readonly parts: EnricherParts;
  private readonly places = new Places();

  constructor(parts: EnricherParts) {
    this.parts = parts;
  }

  /**
   * The answer's JSON.
   * @throws ApiError 403, 502, 503 or 504
   */
  async ask(caller: ApiKey, question: Enrichment): Promise<string> {
    const { bus, keys } = this.parts;
    if (!(await bus.isDeployed())) {
      throw new ApiError(503, "bus_not_deployed", "This fleet has no bus between its nodes, which enrichment needs.");
    }
    const key = keys.of(caller.tenant);
    if (!key) {
      const remedy = "The operator lays it with `dsmil up`.";
      throw new ApiError(503, "signing_seed_missing", `The tenant's signing key is not on this node. ${remedy}`);
    }
    if (!this.places.take(caller.tenant)) throw busError(new DbeError("OVERLOADED", "all places are taken"));
    try {
      return await this.exchange(caller, key, question);
    } catch (error) {
      throw busError(error);
    } finally {
      this.places.free(caller.tenant);
    }
  }

  private async exchange({ tenant, name }: ApiKey, key: Signer, question: Enrichment): Promise<string> {
    const { bus, device } = this.parts;
    const messageId = bus.newMessageId();
    const claimToken = await mintClaim(key, { tenant, userId: name, device, messageId });
    const { payload } = await bus.request({
      ...{ type: TYPES.L8_SOC_EVENT_ENRICHMENT, tenant, destination: SOC_ROUTER, messageId },
      payload: Buffer.from(JSON.stringify(question)),
      deadlineMs: DEADLINE_MS,
      tlvs: { claimToken },
    });
    return checked(payload, tenant);
  }
}

/** The gateways have seen to it that the answer is the tenant's; one that says otherwise is passed to nobody. */
function checked(payload: Buffer, tenant: string): string {
  if (payload.length > MAX_ANSWER_BYTES) throw new DbeError("INTERNAL", `an answer of ${payload.length} bytes`);
  const text = payload.toString("utf8");
  const answer = JSON.parse(text) as { readonly tenant_id?: unknown } | null;
  if (answer?.tenant_id !== tenant) throw new DbeError("INTERNAL", "an answer that is not the tenant's");
  return text;
}
