import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { roeTokenOf } from "../../../runtime/dbe/roe-token.ts";
import { needsRoeToken } from "./exchange-types.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/** ROE_TOKEN_ID of strategic messages: 0x8000 + 3 × destination device. */
export function checkRoeToken({ type, destination, tlvs }: Envelope): Verdict {
  if (!needsRoeToken(type)) return OK;
  if (tlvs.roeTokenId === undefined) return refuse("INVALID_ROE_TOKEN", "no ROE token");
  if (tlvs.roeTokenId === roeTokenOf(destination)) return OK;
  return refuse("INVALID_ROE_TOKEN", `the ROE token is not that of device ${destination}`);
}
