import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { roeTokenOf } from "../../../runtime/dbe/roe-token.ts";
import type { Device } from "../devices/device.ts";

/** Who answers the questions to a tenant's SOC, by the last part of the path. */
export const SOC_DEVICES = {
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
  strategy: {
    ...{ device: 60, type: TYPES.L9_COA_REQ, name: "global strategy", roeTokenId: roeTokenOf(60) },
    ...{ deadlineMs: 8000, maxAnswer: 64 * 1024 },
  },
  // A bundle's text takes more room within JSON; its certificate and signature come to it.
  coalition: {
    ...{ device: 62, type: TYPES.L9_COA_REQ, name: "coalition intelligence", roeTokenId: roeTokenOf(62) },
    ...{ deadlineMs: 8000, maxAnswer: 640 * 1024 },
  },
} as const satisfies Readonly<Record<string, Device>>;
