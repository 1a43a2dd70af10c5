import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readBounded } from "../../../images/runtime/watch/bounded-file.ts";

const folder = mkdtempSync(join(tmpdir(), "t-bounded-"));
const path = join(folder, "file");
afterAll(() => rmSync(folder, { recursive: true }));

describe("a file read with a bound", () => {
  it.each([0, 1, 4096, 4097, 100_000])("is whole with %d bytes", async (length) => {
    writeFileSync(path, "x".repeat(length));
    expect(await readBounded(path, 100_000)).toHaveLength(length);
  });

  it("may be as long as the bound, and no longer", async () => {
    writeFileSync(path, "é".repeat(50));
    expect(await readBounded(path, 100)).toBe("é".repeat(50));
    await expect(readBounded(path, 99)).rejects.toThrow("is longer than 99 bytes");
  });

  it("is whole where the kernel tells no size, and bounded there, too", async () => {
    const maps = "/proc/self/maps";
    expect((await readBounded(maps, 1024 * 1024))?.trimEnd().split("\n").length).toBeGreaterThan(100);
    await expect(readBounded(maps, 5000)).rejects.toThrow("is longer than 5000 bytes");
  });

  it("is nothing where there is none, and says what else is wrong", async () => {
    expect(await readBounded(join(folder, "none"), 10)).toBeUndefined();
    await expect(readBounded(`${path}/below`, 10)).rejects.toThrow("cannot be read: ENOTDIR");
  });
});
