import { describe, expect, it } from "vitest";
import { nameMatcher } from "../../../infra/cli/traces/trace.ts";

describe("a tenant's name in a text", () => {
  const { matches } = nameMatcher("charlie");

  it.each([
    "charlie",
    "CHARLIE_L3_IN",
    "dsmil-hotpath-charlie",
    "user charlie_writer on",
    "/etc/dsmil/tenants/charlie/x",
    '"TENANT_ID=CHARLIE"',
    "sk-charlie-abc",
  ])("is found in %s", (text) => expect(matches(text)).toBe(true));

  it.each(["charlie2", "xcharlie", "prcharlies", "alpha", ""])("is not found in %s", (text) =>
    expect(matches(text)).toBe(false),
  );
});
