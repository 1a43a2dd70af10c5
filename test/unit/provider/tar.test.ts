import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { tar } from "../../../infra/provider/resources/node-files/tar.ts";

const entry = { mode: 0o640, uid: 10001, gid: 10002 };

describe("tar", () => {
  it("is read by tar(1) with names, modes, owners and contents", () => {
    const archive = tar([
      { ...entry, path: "files/a", content: "x".repeat(513) },
      { ...entry, path: "files/é/b", content: "", mode: 0o400 },
    ]);
    const listing = execFileSync("tar", ["-tvf", "-", "--numeric-owner", "--quoting-style=literal"], {
      input: archive,
      encoding: "utf8",
    });
    expect(listing).toMatch(
      /^-rw-r----- 10001\/10002 +513 \S+ \S+ files\/a\n-r-------- 10001\/10002 +0 .* files\/é\/b\n$/,
    );
    expect(execFileSync("tar", ["-xOf", "-", "files/a"], { input: archive, encoding: "utf8" })).toBe("x".repeat(513));
  });

  it("carries bytes that are no text", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const archive = tar([{ ...entry, path: "a", content: bytes }]);
    expect(execFileSync("tar", ["-xOf", "-", "a"], { input: archive })).toEqual(bytes);
  });

  it("refuses a path that does not fit", () => {
    expect(() => tar([{ ...entry, path: "a".repeat(101), content: "" }])).toThrow("longer than 100 bytes");
  });
});
