import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entryHost } from "../../../infra/model/containers/entry-host.ts";
import { modelOf } from "./fixture.ts";

const MANIFEST = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");

/** Who has an address: `node network address` → container. */
function holders(text: string): Map<string, string> {
  return new Map(
    modelOf(text).containers.flatMap(({ node, name, networks }) =>
      networks.flatMap(({ id, ipv4 }) => (ipv4 === undefined ? [] : [[`${node} ${id} ${ipv4}`, name] as const])),
    ),
  );
}

describe("the address of an entry point", () => {
  const ids = Array.from({ length: 60 }, (_, i) => `service-${i}`);

  it("is one of its own, for as many as there are", () => {
    const hosts = ids.map((id) => entryHost(id, ids));
    expect(new Set(hosts).size).toBe(60);
    expect(hosts.every((host) => host >= 192 && host <= 251)).toBe(true);
    expect(() => entryHost("one-more", [...ids, "one-more"])).toThrow("no place");
  });

  it.each([
    ["SHRINK is switched off", (text: string) => text.replace("mode: tagged", "mode: off")],
    [
      "SHRINK comes a tenant each",
      (text: string) =>
        text.replace("mode: tagged", "mode: per_tenant").replace(/ingest_port: 86(\d\d)/g, "$&\n    shrink_port: 87$1"),
    ],
    ["Loki comes", (text: string) => text.replace("loki: false", "loki: true")],
  ])("is nobody else's when %s", (_, edit) => {
    const before = holders(MANIFEST);
    const edited = edit(MANIFEST);
    expect(edited).not.toBe(MANIFEST);
    for (const [address, name] of holders(edited)) expect(before.get(address) ?? name, address).toBe(name);
  });
});
