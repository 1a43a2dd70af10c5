import { deflateRawSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { fetchGo, moduleSum } from "../../../infra/toolchain/go-fetch.ts";
import { zipEntries } from "../../../infra/toolchain/zip.ts";
import { temporaryFolder } from "./folders.ts";

/** A zip archive of `files`, every second one stored, the others deflated. */
function zip(files: readonly (readonly [string, string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [index, [name, text]] of files.entries()) {
    const packed = index % 2 === 0 ? deflateRawSync(Buffer.from(text)) : Buffer.from(text);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(index % 2 === 0 ? 8 : 0, 10);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE(at, 42);
    directory.push(header, Buffer.from(name));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    parts.push(local, Buffer.from(name), packed);
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("archives are read, stored and deflated files alike", () => {
  const files = [
    ["a/go.mod", "module a\n"],
    ["a/b.go", "package a\n"],
    ["a/c", ""],
  ] as const;
  const entries = zipEntries(zip(files));
  expect(entries.map((entry) => [entry.name, entry.read().toString()])).toEqual(files.map((file) => [...file]));
  expect(() => zipEntries(Buffer.from("<html>"))).toThrow(/not a zip/);
});

test("a module's checksum is Go's own h1", () => {
  // Of rsc.io/quote's go.mod alone, as go.sum has it: a module sum is the same hash over all files.
  const goMod = 'module "rsc.io/quote"\n\nrequire "rsc.io/sampler" v1.3.0\n';
  expect(moduleSum(new Map([["go.mod", Buffer.from(goMod)]]))).toBe("h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=");
});

test("an archive with another checksum is not installed", async () => {
  vi.stubGlobal("fetch", async () => new Response(new Uint8Array(zip([["x/bin/go", "#!/bin/sh"]]))));
  await expect(fetchGo({ root: temporaryFolder() })).rejects.toThrow(/checksum is h1:.*, expected h1:/);
});
