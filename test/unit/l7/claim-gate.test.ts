import { describe, expect, it } from "vitest";
import { generationId } from "../../../images/runtime/l7/generation-id.ts";

const base = { tenant: "ALPHA", device: 47, requestId: Buffer.alloc(16, 1), body: Buffer.from("{}") };

describe("the id that a worker's claim is bound to", () => {
  it.each([
    ["tenant", { tenant: "BRAVO" }],
    ["worker", { device: 44 }],
    ["request", { requestId: Buffer.alloc(16, 2) }],
    ["body", { body: Buffer.from("{ }") }],
    ["border between tenant and body", { tenant: "ALPHA{", body: Buffer.from("}") }],
  ])("is another one for another %s", (_, changes) => {
    expect(generationId({ ...base, ...changes })).not.toEqual(generationId(base));
    expect(generationId(base)).toHaveLength(16);
  });
});
