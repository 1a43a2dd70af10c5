import type { ToolAnswer, ToolCall, ToolCatalogue, ToolDescription } from "../../runtime/l7/tool-call.ts";
import type { Policy } from "../../runtime/policy/policy.ts";
import type { InputCheck } from "./input-check.ts";
import type { Lanes } from "./lanes.ts";
import type { SandboxResult } from "./sandbox/sandbox.ts";

export interface ExecutorParts {
  readonly tools: readonly ToolDescription[];
  readonly inputs: InputCheck;
  /** The policy in force for `ALPHA`. */
  readonly policyOf: (tenant: string) => Policy | undefined;
  readonly lanes: Lanes;
  /** Runs a tool in a sandbox. */
  readonly run: (call: ToolCall, signal: AbortSignal) => Promise<SandboxResult>;
}

type Result = Omit<ToolAnswer, "tenant_id" | "tool" | "ms">;

/** Runs tools for tenants whose policy lists them. The agent has asked the policy too; this one does not take its word. */
export class Executor {
  private readonly parts: ExecutorParts;

  constructor(parts: ExecutorParts) {
    this.parts = parts;
  }

  /** Which tools there are, and which of them the tenant may call. @param tenant `ALPHA` */
  catalogue(tenant: string): Omit<ToolCatalogue, "tenant_id"> {
    const { tools } = this.parts;
    return { tools: tools.map((tool) => ({ ...tool, allowed: this.refusal(tenant, tool.name) === undefined })) };
  }

  /** What became of a call; never throws. */
  async call(tenant: string, call: ToolCall, signal: AbortSignal): Promise<Omit<ToolAnswer, "tenant_id">> {
    const begun = performance.now();
    const result = await this.resultOf(tenant, call, signal);
    return { tool: call.tool, ...result, ms: Math.round(performance.now() - begun) };
  }

  private async resultOf(tenant: string, call: ToolCall, signal: AbortSignal): Promise<Result> {
    const { inputs, lanes, run } = this.parts;
    // Which tools there are is no secret, whatever the policy says.
    if (!inputs.has(call.tool)) return { outcome: "unknown_tool", reasons: [], error: "there is no such tool" };
    const refused = this.refusal(tenant, call.tool);
    if (refused) return { outcome: "refused", reasons: refused };
    const problem = inputs.problem(call.tool, call.input);
    if (problem !== undefined) return { outcome: "invalid_input", reasons: [], error: problem };
    const result = await lanes.run(tenant, signal, () => run(call, signal));
    if (!result) return { outcome: "overloaded", reasons: [], error: "too many calls are under way" };
    return { reasons: [], ...result };
  }

  private refusal(tenant: string, tool: string): readonly string[] | undefined {
    const policy = this.parts.policyOf(tenant);
    if (!policy) return ["no_policy"];
    const { allow, reasons } = policy.decide({ tenant, decision: "allow_tool", tool });
    return allow ? undefined : reasons;
  }
}
