import { Bus } from "../../runtime/bus/bus.ts";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../runtime/devices.ts";
import { AGENT_LIMITS, type AgentQuestion, parseAgentQuestion } from "../../runtime/l7/agent.ts";
import type { ProposingParts } from "../../runtime/policy/start-proposing.ts";
import { AgentRuntime } from "./agent.ts";
import { Layer7 } from "./bus-question.ts";
import type { AgentConfig } from "./config.ts";
import { ToolCaller } from "./tool-caller.ts";
import { ToolGate } from "./tool-gate.ts";

/** Questions at a time; a call waits for the executor, a run for many calls. */
const CONCURRENCY = 16;
/** The L7 router alone asks. */
const ASKERS = [DEVICES.l7Router] as const;

/** Agent runtime (device 48): calls tools and runs agents for its tenant, within its policy. */
export function createAgent({
  service,
  config,
  decisions,
  stop,
}: Omit<ProposingParts<AgentConfig>, "questions">): AgentRuntime {
  const { health, metrics, log, signal } = service;
  const { identity, busFolder: folder, wallMs } = config;
  const { tenant } = identity;
  const bus = new Bus({ folder, registry: metrics.registry, connections: CONCURRENCY });
  const layer7 = new Layer7(bus, tenant);
  const gate = new ToolGate({ tenant, point: decisions.point, stop });
  const caller = new ToolCaller({ gate, layer7 });
  const agent = new AgentRuntime({ tenant, caller, gate, layer7, policy: decisions.current, wallMs });
  const handler = questionHandler<AgentQuestion>({
    ...{ tenant, askers: ASKERS, answerType: TYPES.L7_SERVICE_RESP, maxBytes: AGENT_LIMITS.bytes },
    ...{ parse: parseAgentQuestion, counted: "L7_AGENT", metrics, log },
    answer: async (question, asker) => {
      const answer = await agent.answer(question, asker);
      const { result, outcome, reasons } = answer as Readonly<Record<string, unknown>>;
      const asked = "run" in question ? "run" : "tool" in question ? question.tool : "catalogue";
      log.info({ audit: true, about: asker.messageId, asked, result: result ?? outcome, reasons }, "agent");
      return answer;
    },
  });
  // Not repeatable: a copy of a run would call the tools again and leave a second set of records.
  const inbox = new BusInbox({
    ...{ folder, log, concurrency: CONCURRENCY, maxPayload: AGENT_LIMITS.bytes },
    handlers: { [TYPES.L7_SERVICE_REQ]: handler },
  });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(signal));
  service.atEnd(async () => bus.close());
  return agent;
}
