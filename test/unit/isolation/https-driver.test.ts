import { describe, expect, it } from "vitest";
import type { Credentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { HttpsDriver } from "../../../infra/isolation/drivers/https-driver.ts";

const TOO_MANY = { status: 429, body: JSON.stringify({ error: { code: "too_many_requests" } }) };
const PROBE = { kind: "service", server: "shrink", as: "none", method: "GET", path: "/api/v1/metrics" } as const;

/** A driver whose server gives these answers, one after the other; the last one again and again. */
function driver(...answers: readonly { readonly status: number; readonly body: string }[]) {
  const asked = { times: 0 };
  const https: Doors["https"] = async () =>
    answers[Math.min(asked.times++, answers.length - 1)] as (typeof answers)[number];
  const credentials = { service: () => ({}) } as unknown as Credentials;
  return { asked, driver: new HttpsDriver({ https } as Doors, credentials) };
}

describe("probes of services over HTTPS", () => {
  it("are repeated where the server has too much under way, which says nothing about whose they are", async () => {
    const { driver: of, asked } = driver(TOO_MANY, TOO_MANY, { status: 200, body: "ALPHA" });
    expect(await of.service({ ...PROBE, seeks: "ALPHA" })).toMatchObject({ class: "listed" });
    expect(asked.times).toBe(3);
  });

  it("are taken as they are where it has a reason of the tenant's", async () => {
    const limited = { status: 429, body: JSON.stringify({ error: { code: "rate_limit_exceeded" } }) };
    const { driver: of, asked } = driver(limited);
    expect(await of.service(PROBE)).toMatchObject({ class: "429 rate_limit_exceeded" });
    expect(asked.times).toBe(1);
  });
});
