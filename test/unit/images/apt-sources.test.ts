import { describe, expect, it } from "vitest";
import { aptSources } from "../../../infra/images/apt-sources.ts";

const DEFAULT = aptSources([], []);

describe("apt sources of a build", () => {
  it("are Debian's own when the machine has none for the release", () => {
    expect(DEFAULT).toMatch(/^deb http:\/\/[a-z.]+\/debian bookworm main\n/);
    expect(aptSources(["deb http://archive.ubuntu.com/ubuntu noble main"], [])).toBe(DEFAULT);
    expect(aptSources(["deb http://mirror/debian trixie main"], [])).toBe(DEFAULT);
  });

  it("take the machine's mirror from one-line entries, whatever their options", () => {
    const list = [
      "# deb http://commented/debian bookworm main",
      "deb-src http://mirror/debian bookworm main",
      "deb [arch=amd64 signed-by=/x.gpg] http://mirror/debian bookworm main contrib",
      "deb http://mirror/security bookworm-security main",
    ].join("\n");
    expect(aptSources([list], [])).toBe(
      "deb http://mirror/debian bookworm main\ndeb http://mirror/security bookworm-security main\n",
    );
  });

  it("take it from deb822 stanzas, and leave other vendors and disabled ones out", () => {
    const stanzas = `Types: deb
# a comment
URIs: https://mirror/debian
Suites: bookworm bookworm-updates trixie
Components: main non-free
Signed-By: /usr/share/keyrings/x.gpg

Types: deb
URIs: https://vendor/node
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: https://off/debian
Suites: bookworm
Components: main
`;
    expect(aptSources([], [stanzas], "/k.gpg")).toBe(
      "deb [signed-by=/k.gpg] https://mirror/debian bookworm main\n" +
        "deb [signed-by=/k.gpg] https://mirror/debian bookworm-updates main\n",
    );
  });

  it("are Debian's own when the machine knows only a part of the release", () => {
    expect(aptSources(["deb http://mirror/security bookworm-security main"], [])).toBe(DEFAULT);
  });
});
