import { asked, nc3Query, rightful, signatureUnder } from "./nc3.ts";
import type { Drill } from "./types.ts";

/** 6: a query to the NC3 gate that one person alone has signed. */
export const nc3OneSignature: Drill = {
  number: 6,
  id: "nc3-one-signature",
  scenario: "Two-person integrity bypass (device 61)",
  defence: "gateways and gate want the signatures of two officers",
  needs: ["l9-nc3", "dbe-gateway"],
  async run(context) {
    const query = nc3Query(context);
    const [officer] = context.officers ?? [];
    // Without an officer's key the attacker has none either; the second signature is missing all the same.
    const signature_a = officer ? await signatureUnder(query, officer) : "00".repeat(32 + 4627);
    const what = "a status query with ROE token and TWO_PERSON_SIG_A, without TWO_PERSON_SIG_B";
    const attack = await asked(context, what, { ...query, signature_a }, "MISSING_TWO_PERSON_SIGNATURES");
    return { attack, control: await rightful(context) };
  },
};
