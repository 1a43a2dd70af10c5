import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { httpPrometheus } from "../../../infra/cli/dashboards/http-prometheus.ts";
import { boardsFor } from "../../../infra/dashboards/boards.ts";
import { askBoards, type PanelNumbers } from "../../../infra/dashboards/numbers/ask-boards.ts";
import { freePort } from "../../../infra/lab/free-port.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { type Program, startPrograms } from "./programs.ts";
import { startPrometheus } from "./prometheus-server.ts";

const root = resolve(import.meta.dirname, "../../..");
const model = loadModel(join(root, "manifest.yaml"));
const boards = boardsFor({ model });
const dir = mkdtempSync(join(tmpdir(), "dsmil-boards-"));

let programs: readonly Program[] = [];
let server: Awaited<ReturnType<typeof startPrometheus>>;
let work: ReturnType<typeof setInterval>;

beforeAll(async () => {
  programs = (await Promise.all(["alpha", "bravo"].map((tenant) => startPrograms(dir, tenant)))).flat();
  server = await startPrometheus(
    dir,
    programs.map(({ target }) => target),
  );
  work = setInterval(() => {
    for (const program of programs) program.work();
  }, 100);
  // A rate needs two scrapes with work in between.
  await vi.waitUntil(() => saysYes(`count(rate(dsmil_requests_total[5m]) > 0) == ${programs.length}`), WAIT);
});

afterAll(async () => {
  clearInterval(work);
  for (const program of programs) program.close();
  await server?.end("SIGTERM");
  rmSync(dir, { recursive: true, force: true });
});

const WAIT = { timeout: 60_000, interval: 500 };
const saysYes = async (promql: string): Promise<boolean> =>
  (await httpPrometheus({ url: new URL(server.url) }).query(promql)).length > 0;
const asked = (uid: string) => {
  const chosen = boards.filter((board) => board.uid === uid);
  return askBoards(httpPrometheus({ url: new URL(server.url) }), chosen);
};
const empty = (numbers: readonly PanelNumbers[]) =>
  numbers.filter(({ points }) => points.length === 0).map(({ row, panel }) => `${row} › ${panel}`);

describe("dashboards before a real Prometheus that scrapes programs' metrics", () => {
  it("no query of any is refused", async () => {
    const numbers = await askBoards(httpPrometheus({ url: new URL(server.url) }), boards);
    expect(numbers.length).toBeGreaterThan(120);
    expect(numbers.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it("SLO: every panel has data, and says where an objective is missed", async () => {
    const numbers = await asked("dsmil-slo");
    expect(empty(numbers)).toEqual([]);
    const shares = new Map(numbers[0]?.points.map(({ name, value }) => [name, value]));
    expect([...shares.keys()]).toEqual(["L3", "L4", "L5", "L6", "L7", "L8", "L9"]);
    // 0.7 s of 0.5 s, 4 ms of 50 ms.
    expect(shares.get("L7")).toBeGreaterThan(1);
    expect(shares.get("L3")).toBeLessThan(0.5);
    const availability = numbers.find(({ panel }) => panel === "L8: availability");
    expect(availability?.points).toEqual([{ name: "availability", value: 1 }]);
  });

  it("SOC View and Tenant: what programs count has data for each tenant, and what never happened is 0", async () => {
    for (const uid of ["dsmil-soc", "dsmil-tenant"]) {
      const numbers = await asked(uid);
      const missing = empty(numbers).filter((name) => !name.startsWith("Containers"));
      expect(missing, uid).toEqual([]);
      expect(new Set(numbers.map(({ tenant }) => tenant))).toEqual(new Set(["ALPHA", "BRAVO"]));
    }
    const soc = await asked("dsmil-soc");
    const of = (panel: string) => soc.find((one) => one.panel === panel && one.tenant === "BRAVO")?.points ?? [];
    expect(of("Failures")).toEqual([{ name: "", value: 0 }]);
    expect(of("Proposals by action").map(({ name }) => name)).toEqual(["BLOCK_DOMAIN"]);
    expect(of("Proposals by action")[0]?.value).toBeGreaterThan(10);
    expect(of("Figures")).toHaveLength(5);
  });

  it("Global Overview: only what a node's agent and gateways say is missing", async () => {
    const numbers = await asked("dsmil-overview");
    expect(empty(numbers)).toEqual(["Fleet › Memory by node", "Fleet › CPU by node"]);
    const up = numbers.find(({ panel }) => panel === "Programs up");
    expect(up?.points).toEqual([{ name: "up", value: 1 }]);
  });
});

describe("bin/dsmil dashboards", () => {
  it("--check lists the panels without data, and ends with 1", async () => {
    const { code, out } = await dsmil("--check", "--json", "--prometheus", server.url);
    const report = JSON.parse(out) as { panels: number; withoutData: { board: string; row: string; problems: [] }[] };
    expect(code).toBe(1);
    expect(report.panels).toBeGreaterThan(120);
    const listed = new Set(report.withoutData.map(({ board }) => board));
    expect(listed.has("Node Health")).toBe(true);
    expect(listed.has("SLO")).toBe(false);
  });

  it("--show prints the same numbers as a table", async () => {
    const { code, out } = await dsmil("--show", "SLO", "--prometheus", server.url);
    expect(code).toBe(0);
    expect(out).toMatch(/SLO › L7 EXTENDED\n +PANEL +SERIES +NOW\n +L7: p99 +p99 +9\d\d ms|1 s/);
    expect(out).toMatch(/L8: availability +availability +100 %/);
    const soc = await dsmil("--show", "soc", "--tenant", "bravo", "--prometheus", server.url);
    expect(soc.out).toContain("SOC View (BRAVO) › Flow");
    expect(soc.out).not.toContain("SOC View (ALPHA)");
  });

  it("says what is wrong: a Prometheus that is away, none, an unknown dashboard, two commands at once", async () => {
    const away = await dsmil("--check", "--prometheus", `http://127.0.0.1:${await freePort()}`);
    expect([away.code, away.error]).toEqual([3, expect.stringContaining("ECONNREFUSED")]);
    const bad = await dsmil("--check", "--prometheus", "file:///etc/passwd");
    expect([bad.code, bad.error]).toEqual([3, expect.stringContaining("no address of a Prometheus")]);
    const unknown = await dsmil("--show", "nothing", "--prometheus", server.url);
    expect([unknown.code, unknown.error]).toEqual([1, expect.stringContaining("there are overview, soc")]);
    expect((await dsmil("--check", "--show", "slo")).code).toBe(64);
  });
});

describe("what never happened", () => {
  it("is 0 only while programs are scraped: with all of them away the panels are empty", async () => {
    clearInterval(work);
    for (const program of programs) program.close();
    await vi.waitUntil(() => saysYes("max(up) == 0"), WAIT);
    const numbers = await asked("dsmil-overview");
    const errors = numbers.find(({ panel }) => panel === "Errors by kind");
    expect(errors?.points).toEqual([]);
    const up = numbers.find(({ panel }) => panel === "Programs up");
    expect(up?.points).toEqual([{ name: "up", value: 0 }]);
  });
});

function dsmil(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const argv = [join(root, "infra/cli/main.ts"), "dashboards", ...args];
  return new Promise((done) => {
    execFile(process.execPath, argv, { cwd: root, env: { ...process.env, NO_COLOR: "1" } }, (failed, out, error) => {
      done({ code: typeof failed?.code === "number" ? failed.code : 0, out, error });
    });
  });
}
