import { describe, expect, it } from "vitest";
import { slowest } from "../../../infra/cli/events/backlog.ts";
import { clean, eventLine, HEADER, summary } from "../../../infra/cli/events/render.ts";

const event = {
  ts: "2026-11-21T14:32:05.123Z",
  category: "AUTH",
  severity: "HIGH",
  payload: { source: "gateway", line: "Failed password for root from 203.0.113.9" },
  l4: { class: "CREDENTIAL_ACCESS" },
};

describe("an event on a line", () => {
  it("fits 80 columns under its header", () => {
    const line = eventLine({ ...event, payload: { source: "a-very-long-source", line: "x".repeat(500) } }, 80);
    expect(line.length).toBe(80);
    expect(HEADER.indexOf("SUMMARY")).toBe(line.indexOf("CREDENTIAL"));
  });

  it("shows time, severity, category, source and what the layers say", () => {
    expect(eventLine(event, 120)).toBe(
      "11-21 14:32:05 HIGH     AUTH     gateway    CREDENTIAL_ACCESS: Failed password for root from 203.0.113.9",
    );
  });

  it("prefers what layer 3 read out of the line", () => {
    const fields = { signature: "ET SCAN", src_ip: "203.0.113.9", dest_ip: "10.0.0.5" };
    expect(summary({ payload: { fields, line: "{…}" }, l4: { class: "BENIGN" } })).toBe(
      "ET SCAN 203.0.113.9 → 10.0.0.5",
    );
  });

  it("never passes on what a terminal obeys", () => {
    const evil = "\u001b]0;owned\u0007\u001b[2Jgone\r\n\u202egpj.exe\u009b31m";
    const line = eventLine({ ...event, category: "A\u001b[1m", payload: { source: "\u001bc", line: evil } }, 200);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(clean("a\u001b[31mb")).toBe("a·[31mb");
  });

  it("bears an event that lacks everything", () => {
    expect(eventLine({}, 80)).toContain("?");
    expect(summary({ payload: { reason: "eve_not_json", detail: "at 3", line: "{x" } })).toBe("eve_not_json: at 3");
  });
});

describe("backlog", () => {
  it("is what the slowest group has yet to read and acknowledge", () => {
    const group = (lag: number | null, pending: number) => [
      "name",
      "g",
      "consumers",
      1,
      "pending",
      pending,
      "lag",
      lag,
    ];
    expect(slowest([group(10, 5), group(3, 1)])).toBe(15);
    expect(slowest([group(null, 5), group(3, 1)])).toBe(4);
    expect(slowest([group(null, 5)])).toBeUndefined();
    expect(slowest([])).toBeUndefined();
  });
});
