import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { Turns } from "../../runtime/bus/turns.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import type { ProposingParts } from "../../runtime/policy/start-proposing.ts";
import { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import { MAX_STRATEGY_BYTES, parseStrategyQuestion, type StrategyQuestion } from "../../runtime/soc/strategy.ts";
import type { StrategyConfig } from "./config.ts";
import { Outlook } from "./outlook.ts";
import { PeriodArchive } from "./period-archive.ts";
import { Strategist } from "./strategist.ts";

/** Layer 9 answers within 3 s (Phase 5 §6.1). */
const OBJECTIVE_MS = 3000;
/** Questions take turns, so more at a time would only wait; no answer need be kept, as an answer changes nothing. */
const LIMITS = { concurrency: 16, maxPayload: MAX_STRATEGY_BYTES, repeatable: new Set([TYPES.L9_COA_REQ]) };

/** Global strategy (device 60): where its tenant stands, and what it should do first, within its policy. */
export function createStrategy({ service, config, questions, decisions, stop }: ProposingParts<StrategyConfig>): void {
  const { health, metrics, log, signal, writer: redis } = service;
  const { identity, postgres, busFolder, streams } = config;
  const { tenant } = identity;
  const lookup = new ArchiveLookup(questions, postgres.schema, tenant);
  const archive = new PeriodArchive(questions, postgres.schema, tenant);
  const outlook = new Outlook(redis, streams);
  const strategist = new Strategist({ tenant, lookup, archive, outlook, point: decisions.point, stop });
  const [turns, latency] = [new Turns(), new LatencyWindow()];
  const answer = async (question: StrategyQuestion, about: string, end: AbortSignal): Promise<object> => {
    const begun = performance.now();
    const said = await turns.take(() => strategist.answer(question, about, Date.now()), end);
    latency.record(performance.now() - begun);
    const { result, reasons, posture, priorities } = said;
    const told = { result, reasons, posture: posture?.level, priorities: priorities.map(({ id }) => id) };
    log.info({ audit: true, about, ...told }, "strategy");
    return said;
  };
  const handler = questionHandler({
    ...{ tenant, metrics, log, strategic: true, counted: "L9_STRATEGY" },
    ...{ answerType: TYPES.L9_COA_RESP, maxBytes: MAX_STRATEGY_BYTES, parse: parseStrategyQuestion },
    answer: (question, { messageId }, end) => answer(question, messageId, end),
  });
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers: { [TYPES.L9_COA_REQ]: handler }, log });
  health.add(latencyCheck(latency, OBJECTIVE_MS));
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(signal));
}
