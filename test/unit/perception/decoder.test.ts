import { afterEach, describe, expect, it } from "vitest";
import { Decoder } from "../../../images/l7-perception/src/decoder/decoder.ts";
import { TenantTurns } from "../../../images/l7-perception/src/decoder/turns.ts";
import { pngOf } from "./files.ts";

const PROGRAM = new URL("../../../images/l7-perception/src/main.ts", import.meta.url);
const file = pngOf({ width: 8, height: 8, rgb: new Uint8Array(192) });
const never = new AbortController().signal;
let decoder: Decoder;
const start = (timeoutMs = 30_000): Decoder => {
  decoder = new Decoder({ program: PROGRAM, queue: 8, timeoutMs });
  return decoder;
};
afterEach(() => decoder?.close());

describe("whose turn it is", () => {
  const order = (turns: TenantTurns<{ tenant: string }>): string =>
    Array.from({ length: turns.size }, () => turns.take()?.tenant).join("");

  it("goes round, however many one has", () => {
    const turns = new TenantTurns<{ tenant: string }>();
    for (const tenant of "AAAABBC") turns.add({ tenant });
    expect([turns.size, turns.of("A"), turns.of("D")]).toEqual([7, 4, 0]);
    expect(order(turns)).toBe("ABCABAA");
    expect(turns.take()).toBeUndefined();
  });

  it("is one's who comes late before that of who was served last", () => {
    const turns = new TenantTurns<{ tenant: string }>();
    for (const tenant of "AAA") turns.add({ tenant });
    expect(turns.take()?.tenant).toBe("A");
    const late = { tenant: "B" };
    turns.add(late);
    expect(order(turns)).toBe("BAA");
    expect(turns.remove(late)).toBe(false);
  });
});

describe("the decoder", () => {
  it("serves another tenant next, and counts what it decodes as its tenant's", async () => {
    start();
    const done: string[] = [];
    const ask = (tenant: string) => decoder.picture({ tenant, signal: never }, file).then(() => done.push(tenant));
    const all = [ask("A"), ask("A"), ask("A"), ask("A")];
    await expect(ask("A")).rejects.toMatchObject({ code: "overloaded" });
    all.push(ask("B"));
    await Promise.all(all);
    expect(done.join("")).toBe("ABAAA");
  }, 30_000);

  it("does not decode what nobody waits for any more", async () => {
    start();
    const gone = new AbortController();
    const first = decoder.picture({ tenant: "A", signal: never }, file);
    const second = decoder.picture({ tenant: "A", signal: gone.signal }, file);
    expect(decoder.open).toBe(2);
    gone.abort(new Error("gone"));
    expect(decoder.open).toBe(1);
    await expect(second).rejects.toThrow("gone");
    await expect(decoder.picture({ tenant: "B", signal: gone.signal }, file)).rejects.toThrow("gone");
    expect((await first).width).toBe(8);
  }, 30_000);

  it("goes on after a file that took too long", async () => {
    start(1);
    const large = pngOf({ width: 1500, height: 1500, rgb: new Uint8Array(1500 * 1500 * 3) });
    const late = decoder.picture({ tenant: "A", signal: never }, large);
    await expect(late).rejects.toMatchObject({ code: "decoder_timeout" });
    expect(decoder.open).toBe(0);
  }, 30_000);
});
