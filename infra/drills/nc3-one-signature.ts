import { asked, rightful } from "./nc3.ts";
import type { Drill } from "./types.ts";

/** Hex digits of a signature's TLV: key id and ML-DSA-87 signature. */
const SIGNATURE_DIGITS = 2 * (32 + 4627);

/** 6: a query to the NC3 gate that one person alone has signed. */
export const nc3OneSignature: Drill = {
  number: 6,
  id: "nc3-one-signature",
  scenario: "Two-person integrity bypass (device 61)",
  defence: "gateways and gate want the signatures of two officers",
  needs: ["l9-nc3", "dbe-gateway"],
  async run(context) {
    const { query, signed } = context.gate;
    // Without an officer's key the attacker has none either; the second signature is missing all the same.
    const one = signed ? await signed(query(), 1) : { ...query(), signature_a: "0".repeat(SIGNATURE_DIGITS) };
    const what = "a status query with ROE token and TWO_PERSON_SIG_A, without TWO_PERSON_SIG_B";
    return {
      attack: await asked(context, what, one, "MISSING_TWO_PERSON_SIGNATURES"),
      control: await rightful(context),
    };
  },
};
