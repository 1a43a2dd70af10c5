import { asked, nc3Query, rightful } from "./nc3.ts";
import type { Drill } from "./types.ts";

/** 5: a query to the NC3 gate without its ROE token. */
export const nc3WithoutToken: Drill = {
  number: 5,
  id: "nc3-without-token",
  scenario: "NC3 unauthorized access (device 61)",
  defence: "gateways and gate want the ROE token of device 61",
  needs: ["l9-nc3", "dbe-gateway"],
  async run(context) {
    const probe = { ...nc3Query(context), omit: ["roe_token"] };
    const what = "a status query to device 61 without ROE_TOKEN_ID";
    return { attack: await asked(context, what, probe, "INVALID_ROE_TOKEN"), control: await rightful(context) };
  },
};
