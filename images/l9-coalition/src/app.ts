import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { Turns } from "../../runtime/bus/turns.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import type { ProposingParts } from "../../runtime/policy/start-proposing.ts";
import { type CoalitionQuestion, MAX_COALITION_BYTES, parseCoalitionQuestion } from "../../runtime/soc/coalition.ts";
import { CoalitionArchive } from "./coalition-archive.ts";
import type { CoalitionConfig } from "./config.ts";
import { Liaison } from "./liaison.ts";
import { Partners } from "./partners.ts";

/** Layer 9 answers within 3 s (Phase 5 §6.1). */
const OBJECTIVE_MS = 3000;
/** Questions are large and take turns; no answer need be kept, as an answer changes nothing. */
const LIMITS = { concurrency: 4, maxPayload: MAX_COALITION_BYTES, repeatable: new Set([TYPES.L9_COA_REQ]) };

/** Coalition intelligence (device 62): what its tenant tells partners, and what it has seen of theirs. */
export async function createCoalition(parts: ProposingParts<CoalitionConfig>): Promise<void> {
  const { service, config, questions, decisions, stop } = parts;
  const { health, metrics, log, signal } = service;
  const { identity, postgres, busFolder, folder, pollMs } = config;
  const { tenant } = identity;
  const archive = new CoalitionArchive(questions, postgres.schema, tenant);
  const partners = new Partners(folder, tenant, log);
  const coalition = () => partners.current;
  const liaison = new Liaison({ tenant, archive, coalition, folder, point: decisions.point, stop });
  const [turns, latency] = [new Turns(), new LatencyWindow()];
  const answer = async (question: CoalitionQuestion, about: string, end: AbortSignal): Promise<object> => {
    const begun = performance.now();
    const said = await turns.take(() => liaison.answer(question, about, Date.now()), end);
    latency.record(performance.now() - begun);
    const { partner, result, reasons, counts } = said;
    log.info({ audit: true, about, ask: question.ask, partner, result, reasons, counts }, "coalition");
    return said;
  };
  const handler = questionHandler({
    ...{ tenant, metrics, log, strategic: true, counted: "L9_COALITION" },
    ...{ answerType: TYPES.L9_COA_RESP, maxBytes: MAX_COALITION_BYTES, parse: parseCoalitionQuestion },
    answer: (question, { messageId }, end) => answer(question, messageId, end),
  });
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers: { [TYPES.L9_COA_REQ]: handler }, log });
  health.add(latencyCheck(latency, OBJECTIVE_MS));
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  health.add({ name: "partners", weight: "warning", read: () => partners.check() });
  await partners.look();
  service.loop(partners.run(pollMs, signal));
  service.loop(inbox.run(signal));
}
