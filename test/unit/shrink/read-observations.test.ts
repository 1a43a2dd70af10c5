import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MAX_OBSERVATIONS, readObservations } from "../../../images/shrink/src/figures/read-observations.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const salt = randomBytes(32);
const good = {
  operator: "j.doe",
  at: "2026-03-01T13:59:30+02:00",
  kind: "command",
  text: " whoami --now ",
  exit: 1,
  keys: 8,
};
const read = (...lines: object[]) => readObservations(lines.map((l) => JSON.stringify(l)).join("\n"), salt, NOW);

describe("observations", () => {
  it("leave as a pseudonym and numbers: no name, no text", () => {
    const [first, second] = read(good, { ...good, text: "whoami", exit: 0 });
    expect(first?.operator).toMatch(/^[0-9a-f]{16}$/);
    expect(first?.trace).toMatchObject({ at: NOW - 30_000, hour: 13, command: true, failed: true, keys: 8 });
    expect(second?.trace).toMatchObject({ failed: false, word: first?.trace.word });
    expect(second?.trace.text).not.toBe(first?.trace.text);
    expect(JSON.stringify([first, second])).not.toMatch(/doe|whoami/);
  });

  it("have other pseudonyms with another salt", () => {
    const [other] = readObservations(JSON.stringify(good), randomBytes(32), NOW);
    expect(other?.operator).not.toBe(read(good)[0]?.operator);
    expect(other?.trace.text).not.toBe(read(good)[0]?.trace.text);
  });

  it.each([
    ["an unknown key", { ...good, name: "x" }, "unknown key name"],
    ["no operator", { ...good, operator: "" }, "`operator`"],
    ["a time of tomorrow", { ...good, at: "2026-03-02T12:00:00Z" }, "`at`"],
    ["a time of long ago", { ...good, at: "2026-03-01T10:59:00Z" }, "`at`"],
    ["a time that is none", { ...good, at: "now" }, "`at`"],
    ["another kind", { ...good, kind: "mail" }, "`kind`"],
    ["a text that is too long", { ...good, text: "x".repeat(4097) }, "`text`"],
    ["an exit that is none", { ...good, exit: -1 }, "`exit`"],
    ["an exit of a text", { ...good, kind: "text" }, "only a command has"],
    ["keys that are no count", { ...good, keys: 0.5 }, "no counts"],
  ])("are refused with %s, all of them", (_, line, why) => {
    expect(() => read(good, line)).toThrow(why);
  });

  it("are bounded in number", () => {
    expect(() => read(...Array.from({ length: MAX_OBSERVATIONS + 1 }, () => good))).toThrow("501 lines");
    expect(() => readObservations("\n", salt, NOW)).toThrow("no line");
  });
});
