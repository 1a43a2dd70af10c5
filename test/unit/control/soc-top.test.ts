import { EventEmitter } from "node:events";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { socFigures } from "../../../images/control-api/src/soc-figures.ts";
import { socQueries } from "../../../images/control-api/src/soc-queries.ts";
import type { SocAnswer } from "../../../images/runtime/control/soc.ts";
import { renderSoc } from "../../../infra/ctl/render-soc.ts";
import { openScreen } from "../../../infra/ctl/screen.ts";

const paint = pc.createColors(false);
const now = Date.parse("2026-01-01T12:00:00Z");
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const soc: SocAnswer = {
  time: ago(0),
  windowSeconds: 900,
  rates: [
    { tenant: "alpha", layer: "L3", what: "L3_SCORE", perSecond: 120.4 },
    { tenant: "bravo", layer: "L8", what: "SOC_FUSE", perSecond: 0.25 },
    { tenant: "bravo", layer: "L9", what: "L9_COA", perSecond: 0 },
  ],
  seen: [
    {
      ...{ kind: "event", tenant: "alpha", layer: "L8", severity: "CRITICAL", decision: "ALERT" },
      ...{ count: 12_345, last: ago(4) },
    },
    { kind: "proposal", tenant: "bravo", layer: "L8", decision: "proposed", what: "ISOLATE_HOST", count: 1 },
  ],
  alerts: [{ name: "LogTampering", severity: "critical", tenant: "alpha", since: ago(600) }],
  waiting: [{ tenant: "alpha", lines: 12, oldestSeconds: 61 }],
};

describe("dsmilctl soc top", () => {
  it("shows rates, backlogs and alerts and what was seen, newest first, on 80 columns", () => {
    const text = renderSoc(soc, paint, { width: 80, now });
    const lines = text.split("\n");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/L3 +alpha +L3_SCORE +120 +▪{16}/);
    expect(text).not.toContain("L9_COA");
    expect(text).toContain("▲ lines wait: alpha 12, the oldest for 61 s");
    expect(lines.slice(-4, -1).map((line) => line.split(/\s{2,}/))).toEqual([
      ["10 min", "CRITICAL", "-", "alpha", "fires", "-", "alert LogTampering"],
      ["4 s", "CRITICAL", "L8", "alpha", "ALERT", "12 k", "events"],
      ["-", "-", "L8", "bravo", "proposed", "1", "proposal ISOLATE_HOST"],
    ]);
  });

  it("fits into the lines that there are, and says what it leaves out", () => {
    const many = { ...soc, seen: Array.from({ length: 50 }, () => ({ ...soc.seen[1], tenant: "bravo" })) };
    const text = renderSoc(many as SocAnswer, paint, { width: 80, height: 16, now });
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(16);
    expect(text).toMatch(/and \d+ more/);
    const quiet = { ...soc, rates: [], seen: [], alerts: [], waiting: [] };
    expect(renderSoc(quiet, paint, { width: 80, now })).toMatch(/No event or request[\s\S]*within 15 min/);
  });

  it("lets no figure move the cursor", () => {
    const evil = { ...soc, alerts: [{ name: "a\u001b[2J", severity: "x\u0007", since: ago(1) }] };
    const text = renderSoc(evil, paint, { width: 80, now });
    expect([text.includes("\u001b"), text.includes("\u0007")]).toEqual([false, false]);
  });
});

describe("the SOC's queries", () => {
  it("have tenants as services and as targets write them", () => {
    const { rates, alerts } = socQueries(["alpha", "bravo"]);
    expect([rates, alerts]).toEqual([
      expect.stringContaining('{tenant_id=~"ALPHA|BRAVO"}'),
      expect.stringContaining('tenant=~"alpha|bravo"'),
    ]);
  });

  it("tell alerts from since when they hold, and nothing as a tenant's that is none's", () => {
    const labels = { alertname: "NodeDown", severity: "critical", layer: "L3", node: "node-a" };
    const samples = { rates: [], counts: [], newest: [], alerts: [{ labels, value: now / 1000 }], waiting: [] };
    expect(socFigures(samples, new Date(now)).alerts).toEqual([
      { name: "NodeDown", severity: "critical", layer: "L3", since: ago(0) },
    ]);
  });
});

describe("the screen", () => {
  const terminal = () => {
    const written: string[] = [];
    const raw: boolean[] = [];
    const output = Object.assign(new EventEmitter(), { rows: 3, columns: 80, write: (t: string) => written.push(t) });
    const input = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode(on: boolean) {
        raw.push(on);
        return input;
      },
      resume: () => input,
      pause: () => input,
    });
    return { screen: openScreen(input as never, output as never), input, output, written, raw };
  };

  it.each(["q", "\u0003"])("ends with %j at once, and gives the terminal back", async (key) => {
    const { screen, input, written, raw } = terminal();
    screen.show("1\n2\n3\n4\n");
    expect(written.at(-1)).not.toContain("4");
    const waited = screen.wait(60_000);
    input.emit("data", Buffer.from("x"));
    expect(screen.signal.aborted).toBe(false);
    input.emit("data", Buffer.from(key));
    await waited;
    screen.close();
    expect([screen.signal.aborted, raw, written[0], written.at(-1)]).toEqual([
      true,
      [true, false],
      "\u001b[?1049h\u001b[?25l",
      "\u001b[?25h\u001b[?1049l",
    ]);
    expect([input.listenerCount("data"), process.listenerCount("SIGHUP")]).toEqual([0, 0]);
  });

  it("is shown anew when its size changes", async () => {
    const { screen, output } = terminal();
    const waited = screen.wait(60_000);
    output.emit("resize");
    await waited;
    screen.close();
  });
});
