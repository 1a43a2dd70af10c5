import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TrailFile } from "../../../images/control-api/src/trail-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dsmil-trail-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function filled(count: number): Promise<void> {
  const trail = new TrailFile({ dir, fileBytes: 200 });
  await trail.open();
  for (let i = 0; i < count; i++) await trail.append({ what: "GET", path: `/${i}` });
  await trail.close();
}

describe("a trail after a loss of power", () => {
  it.each([
    ["empty", ""],
    ["half a line", '{"seq":6,'],
    ["zeros", "\0".repeat(300)],
  ])("goes on from the file before when the newest holds %s", async (_, content) => {
    await filled(6);
    const before = readdirSync(dir);
    writeFileSync(join(dir, "trail-0000000099.jsonl"), content);
    const trail = new TrailFile({ dir, fileBytes: 200 });
    await trail.open();
    await trail.append({ what: "GET" });
    const { entries, whole, last } = await trail.read(100);
    await trail.close();
    expect([whole, last, entries.length]).toEqual([true, entries.length, entries.length]);
    expect(entries.filter(({ what }) => what === "cut").map(({ code }) => code)).toEqual(
      content === "" ? [] : [`${content.length}_bytes`],
    );
    expect(readdirSync(dir).sort()).toEqual(expect.arrayContaining(before));
    expect(readdirSync(dir)).not.toContain("trail-0000000099.jsonl");
  });

  it("cuts a last line that is half there, and begins anew where all files are empty", async () => {
    await filled(1);
    appendFileSync(join(dir, readdirSync(dir).sort().at(-1) ?? ""), "half");
    const trail = new TrailFile({ dir });
    await trail.open();
    expect(await trail.read(100)).toMatchObject({ whole: true, last: 4 });
    await trail.close();
    for (const name of readdirSync(dir)) writeFileSync(join(dir, name), "");
    const anew = new TrailFile({ dir });
    await anew.open();
    expect(await anew.read(100)).toMatchObject({ whole: true, last: 1 });
    await anew.close();
  });

  it("leaves another's files in the folder alone", async () => {
    await filled(3);
    const before = readdirSync(dir);
    const other = new TrailFile({ dir, name: "nobody", fileBytes: 1, files: 1 });
    await other.open();
    await other.append({ what: "GET" });
    await other.close();
    expect(readdirSync(dir).sort()).toEqual(["nobody-0000000002.jsonl", ...before].sort());
  });
});
