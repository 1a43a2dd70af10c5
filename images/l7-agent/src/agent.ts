import type { Asker } from "../../runtime/bus/question-handler.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { AgentQuestion, AgentRun } from "../../runtime/l7/agent.ts";
import { asksForCatalogue, type ToolDescription } from "../../runtime/l7/tool-call.ts";
import type { Policy } from "../../runtime/policy/policy.ts";
import type { Layer7 } from "./bus-question.ts";
import { KNOWLEDGE_DESCRIPTION } from "./knowledge.ts";
import { askModel } from "./model-client.ts";
import { ModelPlanner } from "./model-planner.ts";
import { playbook } from "./playbook.ts";
import { runAgent } from "./run.ts";
import type { ToolCaller } from "./tool-caller.ts";
import type { ToolGate } from "./tool-gate.ts";

export interface AgentParts {
  /** `ALPHA` */
  readonly tenant: string;
  readonly caller: ToolCaller;
  readonly gate: ToolGate;
  readonly layer7: Layer7;
  /** The policy in force. */
  readonly policy: () => Policy | undefined;
  /** Longest run, ms. */
  readonly wallMs: number;
}

/** Runs at a time. */
const RUNS = 2;
/** How long a single call may take in all, ms. */
const CALL_MS = 15_000;

/** What the agent runtime does for its tenant: lists tools, calls one, runs an agent. */
export class AgentRuntime {
  private readonly parts: AgentParts;
  private running = 0;

  constructor(parts: AgentParts) {
    this.parts = parts;
  }

  /** @throws DbeError */
  async answer(question: AgentQuestion, { messageId: about }: Asker): Promise<object> {
    if ("run" in question) return this.run(question.run, about);
    if (asksForCatalogue(question))
      return { tools: (await this.tools()).map((tool) => ({ ...tool, allowed: this.allows(tool) })) };
    return this.parts.caller.call(question, { about, patienceMs: CALL_MS });
  }

  private async run(run: AgentRun, about: string): Promise<object> {
    if (this.running >= RUNS) throw new DbeError("OVERLOADED", `${RUNS} runs are under way`);
    this.running += 1;
    try {
      const { caller, gate, layer7, wallMs } = this.parts;
      const planner =
        run.planner === "model" ? new ModelPlanner((messages, ms) => askModel(layer7, messages, ms)) : playbook;
      return await runAgent({ run, about, tools: await this.tools(), planner, caller, gate, wallMs });
    } finally {
      this.running -= 1;
    }
  }

  /** Tools that there are. What is allowed is decided at each call, and recorded. @throws DbeError */
  private async tools(): Promise<ToolDescription[]> {
    const { tools } = await this.parts.caller.catalogue();
    const found = (Array.isArray(tools) ? tools : []).map(({ name, description, input }: ToolDescription) => ({
      name,
      description,
      input,
    }));
    return [...found, KNOWLEDGE_DESCRIPTION];
  }

  private allows({ name: tool }: ToolDescription): boolean {
    const { tenant, policy } = this.parts;
    return policy()?.decide({ tenant, decision: "allow_tool", tool }).allow ?? false;
  }
}
