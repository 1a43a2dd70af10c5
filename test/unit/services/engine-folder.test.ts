import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineFolder } from "../../../images/runtime/engine/engine-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "t-engine-"));
const ID = "a".repeat(64);
afterAll(() => rmSync(folder, { recursive: true }));

/** As the engine does: a new file in the old one's place. */
function write(running: boolean, id = ID): void {
  mkdirSync(join(folder, id), { recursive: true });
  const labels = { "dsmil.node": "node-a", "dsmil.service": "redis" };
  const file = { ID: id, Name: `/dsmil-${id.slice(0, 3)}`, State: { Running: running }, Config: { Labels: labels } };
  writeFileSync(join(folder, "new"), JSON.stringify(file));
  renameSync(join(folder, "new"), join(folder, id, "config.v2.json"));
}

/** What is there, asked anew. */
async function seen(engine: EngineFolder): Promise<Record<string, boolean>> {
  vi.advanceTimersByTime(1001);
  return Object.fromEntries([...(await engine.containers())].map(([name, { running }]) => [name, running]));
}

describe("the engine's folder", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
    return () => vi.useRealTimers();
  });

  it("is seen as it is: changed, removed and made again", async () => {
    const engine = new EngineFolder(folder, "node-a");
    write(true);
    expect(await seen(engine)).toEqual({ "dsmil-aaa": true });
    expect(await seen(engine)).toEqual({ "dsmil-aaa": true });
    write(false);
    expect(await seen(engine)).toEqual({ "dsmil-aaa": false });
    write(true, "b".repeat(64));
    expect(await seen(engine)).toEqual({ "dsmil-aaa": false, "dsmil-bbb": true });
    rmSync(join(folder, ID), { recursive: true });
    expect(await seen(engine)).toEqual({ "dsmil-bbb": true });
    write(true);
    expect(await seen(engine)).toEqual({ "dsmil-aaa": true, "dsmil-bbb": true });
  });

  it("reads a file that stayed once, and shows the same container", async () => {
    const engine = new EngineFolder(folder, "node-a");
    write(true);
    vi.advanceTimersByTime(1001);
    const first = (await engine.containers()).get("dsmil-aaa");
    vi.advanceTimersByTime(1001);
    expect((await engine.containers()).get("dsmil-aaa")).toBe(first);
  });
});
