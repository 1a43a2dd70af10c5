import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { roeTokenOf } from "../../../runtime/dbe/roe-token.ts";
import type { CoaQuestion } from "../../../runtime/soc/coa.ts";
import type { Enrichment } from "../../../runtime/soc/enrichment.ts";

/** A device of each tenant that answers questions of its users. */
export interface SocDevice {
  readonly device: number;
  readonly type: number;
  /** For people. */
  readonly name: string;
  /** Time in which an answer must be here, ms. */
  readonly deadlineMs: number;
  /** Longest answer that is passed on, bytes. */
  readonly maxAnswer: number;
  /** Of a strategic device. */
  readonly roeTokenId?: number;
}

/** Questions and who answers them. */
export interface SocQuestions {
  readonly enrich: Enrichment;
  readonly coa: CoaQuestion;
}

/** By the last part of the path. */
export const SOC_DEVICES: Readonly<Record<keyof SocQuestions, SocDevice>> = {
  // 50 events take a fifth of its longest answer.
  enrich: {
    ...{ device: 52, type: TYPES.L8_SOC_EVENT_ENRICHMENT, name: "SOC router" },
    ...{ deadlineMs: 5000, maxAnswer: 64 * 1024 },
  },
  // The bus waits up to 3 s for the row in its trail.
  coa: {
    ...{ device: 59, type: TYPES.L9_COA_REQ, name: "COA engine", roeTokenId: roeTokenOf(59) },
    ...{ deadlineMs: 8000, maxAnswer: 64 * 1024 },
  },
};
