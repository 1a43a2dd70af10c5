import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { type Asker, questionHandler } from "../../runtime/bus/question-handler.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../runtime/devices.ts";
import {
  asksForCatalogue,
  type CatalogueQuestion,
  MAX_TOOL_CALL_BYTES,
  parseToolQuestion,
  type ToolCall,
} from "../../runtime/l7/tool-call.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { callCounter } from "./call-counter.ts";
import type { Executor } from "./executor.ts";

export interface ToolsParts {
  readonly executor: Executor;
  readonly busFolder: string;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Calls beyond those that run and wait are refused by the executor; the bus takes a few more, to say so. */
const CONCURRENCY = 64;

/** Tool executor (device 49): its inbox on the bus. */
export function toolsInbox({ executor, busFolder, metrics, log }: ToolsParts): BusInbox {
  const calls = callCounter(metrics.registry);
  const answer = async (
    question: ToolCall | CatalogueQuestion,
    { tenant, messageId }: Asker,
    signal: AbortSignal,
  ): Promise<object> => {
    if (asksForCatalogue(question)) return executor.catalogue(tenant);
    const result = await executor.call(tenant, question, signal);
    const { outcome, reasons, ms } = result;
    // A name that is none of the catalogue's is no label.
    const tool = outcome === "unknown_tool" ? "unknown" : question.tool;
    calls.inc({ tool, outcome });
    log.info({ audit: true, tenant, about: messageId, tool, outcome, reasons, ms }, "tool called");
    return result;
  };
  const handler = questionHandler({
    ...{
      askers: [DEVICES.agents],
      answerType: TYPES.L7_SERVICE_RESP,
      maxBytes: MAX_TOOL_CALL_BYTES,
      parse: parseToolQuestion,
    },
    ...{ answer, counted: "L7_TOOL", metrics, log },
  });
  const handlers = { [TYPES.L7_SERVICE_REQ]: handler };
  const repeatable = new Set([TYPES.L7_SERVICE_REQ]);
  return new BusInbox({
    ...{ folder: busFolder, handlers, log, concurrency: CONCURRENCY, maxPayload: MAX_TOOL_CALL_BYTES, repeatable },
  });
}
