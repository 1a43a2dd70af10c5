import type { IncomingHttpHeaders } from "node:http";
import { MAX_CLAIM_LENGTH } from "../../runtime/dbe/claim/claim.ts";
import { verifyClaim } from "../../runtime/dbe/claim/verify.ts";
import { CLAIM_HEADER, REQUEST_ID_HEADER, TENANT_HEADER } from "../../runtime/l7/generate.ts";
import { generationId } from "../../runtime/l7/generation-id.ts";
import { Refusal } from "./refusal.ts";

/** Who asks, as a claim proves it. */
export interface Caller {
  /** Upper-case tenant id. */
  readonly tenant: string;
  readonly user: string;
}

export interface ClaimGateParts {
  /** Hex of a tenant's public key; undefined when none is known. */
  readonly keyOf: (tenant: string) => string | undefined;
  /** Device of this worker, and of who may claim. */
  readonly device: number;
  readonly routerDevice: number;
}

/** Claims that were used, at most: each is forgotten when it has ended. */
const MOST_USED = 10_000;
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const REQUEST_ID = /^[0-9a-f]{32}$/;

/** Lets a request in whose claim is signed by its tenant's key, for exactly this request to this device, and only once. */
export class ClaimGate {
  private readonly parts: ClaimGateParts;
  /** Hex of message ids → when their claims end, ms since 1970. */
  private readonly used = new Map<string, number>();

  constructor(parts: ClaimGateParts) {
    this.parts = parts;
  }

  /** @throws Refusal 401, 403 or 503 */
  check(headers: IncomingHttpHeaders, body: Buffer, now = Date.now()): Caller {
    const { device, routerDevice } = this.parts;
    const [token, tenant, id] = [headers[CLAIM_HEADER], headers[TENANT_HEADER], headers[REQUEST_ID_HEADER]];
    if (typeof token !== "string" || token === "") throw new Refusal(401, "missing_claim", "no claim");
    if (token.length > MAX_CLAIM_LENGTH) throw refused("it is too long");
    if (typeof tenant !== "string" || !TENANT.test(tenant)) throw refused("no tenant is named");
    if (typeof id !== "string" || !REQUEST_ID.test(id)) throw refused("the request has no id");
    const requestId = Buffer.from(id, "hex");
    const messageId = generationId({ tenant, device, requestId, body });
    const expected = { tenant, device: routerDevice, messageId, publicKey: this.keyOf(tenant), now };
    const result = verifyClaim(Buffer.from(token, "latin1"), expected);
    if (!result.ok) throw refused(result.why);
    this.use(messageId.toString("hex"), result.claim.expires_at * 1000, now);
    return { tenant, user: result.claim.user_id };
  }

  private keyOf(tenant: string): string {
    try {
      const key = this.parts.keyOf(tenant);
      if (key) return key;
    } catch (error) {
      throw refused((error as Error).message);
    }
    throw refused("the tenant has no certificate on this node");
  }

  private use(id: string, until: number, now: number): void {
    if (this.used.size >= MOST_USED) for (const [old, end] of this.used) if (end <= now) this.used.delete(old);
    if (this.used.has(id)) throw refused("it was used before");
    if (this.used.size >= MOST_USED) throw new Refusal(503, "overloaded", "too many requests within a minute");
    this.used.set(id, until);
  }
}

const refused = (why: string): Refusal => new Refusal(403, "invalid_claim", `The claim is refused: ${why}.`);
