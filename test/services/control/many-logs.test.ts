import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineFile } from "./fleet.ts";
import { type ControlRig, startControl, until } from "./rig.ts";

/** Containers whose logs are as long as what is looked at of one, in lines as long as are passed on. */
const CONTAINERS = 15;
const LINE = 8192;
const LINES = 70;

let rig: ControlRig;
beforeAll(async () => {
  rig = await startControl();
  const time = (n: number) => `2026-01-01T00:00:${String(n % 60).padStart(2, "0")}.${String(n).padStart(6, "0")}Z`;
  for (let i = 0; i < CONTAINERS; i++) {
    const id = i.toString(16).padStart(64, "0");
    rig.engine(id, engineFile(id, `dsmil-l3-router-c${i}`, "l3-router", { tenant: "bravo" }));
    const lines = Array.from({ length: LINES }, (_, n) => ({
      ...{ log: `${"x".repeat(LINE)}\n`, stream: "stdout", time: time(n) },
    }));
    rig.log(id, lines);
  }
  rig.summary("shared", { devices: [], containers: [] });
  const count = async () => JSON.parse((await rig.ask("vera", "/v1/status")).body).containers.length;
  await until(async () => (await count()) === CONTAINERS);
}, 60_000);
afterAll(() => rig.stop());

describe("long logs, asked for by several at once", () => {
  it("are answered in turn, within a size, and the program lives on", async () => {
    const asked = (["anna", "bob"] as const).flatMap((who) =>
      Array.from({ length: 8 }, () => rig.ask(who, "/v1/logs?limit=1000")),
    );
    const answers = await Promise.all(asked);
    for (const { status, headers, body } of answers) {
      expect([200, 429]).toContain(status);
      if (status === 429) expect(headers["retry-after"]).toBe("1");
      expect(body.length).toBeLessThan(1.2 * 1024 * 1024);
    }
    const [good] = answers.filter(({ status }) => status === 200);
    const { lines, cut } = JSON.parse(good?.body ?? "{}");
    // What had to be left out is told.
    expect([lines.length > 100, cut.length]).toEqual([true, CONTAINERS]);
    expect([(await rig.ask("vera", "/v1/status")).status, rig.child.exitCode]).toEqual([200, null]);
  }, 60_000);
});
