import {
  DECISIONS,
  type Decision,
  type NotifyChannel,
  type PolicyRequest,
  type PolicyStamp,
  refusal,
} from "./decision.ts";
import { POLICY_LIMITS } from "./limits.ts";
import { PolicyError } from "./policy-error.ts";
import { RegoModule } from "./rego-module.ts";
import { requestText } from "./request-text.ts";
import type { WasmModule } from "./webassembly.ts";
import { withinTime } from "./within-time.ts";

const PACKAGE = "dsmil/tenant";
const CODE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * One tenant's policy: verified rules with its data. Decides in memory, without a promise and without a network. Rules
 * have no clock and no other function of the host, so the same request always gets the same answer, and is asked once.
 */
export class Policy {
  /** `ALPHA` */
  readonly tenant: string;
  readonly stamp: PolicyStamp;
  private readonly compiled: WasmModule;
  private readonly data: string;
  private module: RegoModule;
  private readonly answers = new Map<string, Decision>();

  /**
   * @param data JSON text
   * @throws PolicyError `module` unless the rules run, have every entrypoint, and refuse a stranger
   */
  constructor(tenant: string, stamp: PolicyStamp, compiled: WasmModule, data: string) {
    this.tenant = tenant;
    this.stamp = stamp;
    this.compiled = compiled;
    this.data = data;
    this.module = this.fresh();
    for (const decision of DECISIONS) {
      if (!this.module.names.includes(`${PACKAGE}/${decision}`)) {
        throw new PolicyError("module", `the rules have no entrypoint ${PACKAGE}/${decision}`);
      }
      // A module that is none of ours may well run and allow everything.
      const stranger = answered(decision, this.module.evaluate(`${PACKAGE}/${decision}`, "{}"), stamp);
      if (stranger === undefined || stranger.allow) {
        throw new PolicyError("module", `${PACKAGE}/${decision} does not refuse a request without a tenant`);
      }
    }
  }

  /**
   * The answer to a request. Never throws: what cannot be decided is refused, with one of the codes `input_malformed`,
   * `input_too_large`, `evaluation_failed`, `evaluation_timeout`, `decision_malformed`.
   */
  decide(request: PolicyRequest): Decision {
    const { decision } = request;
    const input = requestText(request);
    if (input === undefined) return refusal(decision, "input_malformed", this.stamp);
    if (Buffer.byteLength(input) > POLICY_LIMITS.input) return refusal(decision, "input_too_large", this.stamp);
    const key = `${decision} ${input}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    try {
      const result = this.module.evaluate(`${PACKAGE}/${decision}`, input);
      const answer = answered(decision, result, this.stamp) ?? refusal(decision, "decision_malformed", this.stamp);
      this.remember(key, answer);
      return answer;
    } catch (error) {
      this.renew();
      const late = error instanceof PolicyError && error.problem === "time";
      return refusal(decision, late ? "evaluation_timeout" : "evaluation_failed", this.stamp);
    }
  }

  private remember(key: string, answer: Decision): void {
    if (key.length > POLICY_LIMITS.rememberedInput) return;
    const [oldest] = this.answers.keys();
    if (this.answers.size >= POLICY_LIMITS.remembered && oldest !== undefined) this.answers.delete(oldest);
    this.answers.set(key, answer);
  }

  private fresh(): RegoModule {
    return withinTime(POLICY_LIMITS.evaluationMs, () => new RegoModule(this.compiled, this.data));
  }

  /** What an error left in the module's memory must not reach the next decision. */
  private renew(): void {
    try {
      this.module = this.fresh();
    } catch {
      // The module of before stays: each decision fails and is refused until one can be made.
    }
  }
}

/** The rules' value as a decision; undefined where it is not of that form. */
function answered(decision: Decision["decision"], value: unknown, policy: PolicyStamp): Decision | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { allow, reasons, channels = [] } = value as Readonly<Record<string, unknown>>;
  if (typeof allow !== "boolean" || !Array.isArray(reasons) || reasons.length === 0 || reasons.length > 16) {
    return undefined;
  }
  if (!reasons.every((code) => typeof code === "string" && CODE.test(code))) return undefined;
  if (!Array.isArray(channels) || !channels.every(isChannel) || (!allow && channels.length > 0)) return undefined;
  for (const part of [reasons, channels, ...channels]) Object.freeze(part);
  return Object.freeze({ decision, allow, reasons, channels, policy });
}

function isChannel(value: unknown): value is NotifyChannel {
  const { channel, target } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (channel === "webhook" || channel === "email") && typeof target === "string";
}
