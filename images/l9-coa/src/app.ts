import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { Turns } from "../../runtime/bus/turns.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import type { ProposingParts } from "../../runtime/policy/start-proposing.ts";
import { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import { type CoaQuestion, MAX_COA_BYTES, parseCoaQuestion } from "../../runtime/soc/coa.ts";
import type { CoaConfig } from "./config.ts";
import { CoaEngine } from "./engine.ts";

/** Questions take turns, so more at a time would only wait; no answer need be kept, as an answer changes nothing. */
const LIMITS = { concurrency: 16, maxPayload: MAX_COA_BYTES, repeatable: new Set([TYPES.L9_COA_REQ]) };

/** COA engine (device 59): courses of action for its tenant, within its policy. It carries nothing out. */
export function createCoa({ service, config, questions, decisions, stop }: ProposingParts<CoaConfig>): void {
  const { health, metrics, log, signal } = service;
  const { identity, postgres, busFolder } = config;
  const { tenant } = identity;
  const archive = new ArchiveLookup(questions, postgres.schema, tenant);
  const engine = new CoaEngine({ tenant, archive, point: decisions.point, stop });
  const turns = new Turns();
  const answer = async (question: CoaQuestion, about: string, end: AbortSignal): Promise<object> => {
    const said = await turns.take(() => engine.answer(question, about), end);
    const { result, reasons, options } = said;
    log.info({ audit: true, about, result, reasons, options: options.map(({ id }) => id) }, "courses of action");
    return said;
  };
  const handler = questionHandler({
    ...{ tenant, metrics, log, strategic: true, counted: "L9_COA" },
    ...{ answerType: TYPES.L9_COA_RESP, maxBytes: MAX_COA_BYTES, parse: parseCoaQuestion },
    answer: (question, { messageId }, end) => answer(question, messageId, end),
  });
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers: { [TYPES.L9_COA_REQ]: handler }, log });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(signal));
}
