import { expect, test } from "vitest";
import { subnetConflicts } from "../../../infra/lab/conflicts.ts";
import { formatAddress, overlaps, parseAddress, parseSubnet } from "../../../infra/lab/subnet.ts";

test("a range starts at its network address, whatever host it is written with", () => {
  expect(parseSubnet("172.20.0.7/24")).toEqual(parseSubnet("172.20.0.0/24"));
  expect(formatAddress(parseSubnet("172.20.0.0/24").last)).toBe("172.20.0.255");
});

test.each([
  ["172.20.0.0/24", "172.20.0.0/16", true],
  ["172.20.0.0/24", "172.20.1.0/24", false],
  ["172.20.0.0/24", "172.20.0.255/32", true],
  ["0.0.0.0/0", "255.255.255.255/32", true],
])("%s and %s overlap: %s", (a, b, expected) => {
  expect(overlaps(parseSubnet(a), parseSubnet(b))).toBe(expected);
  expect(overlaps(parseSubnet(b), parseSubnet(a))).toBe(expected);
});

test.each(["172.20.0.0", "172.20.0.0/33", "172.20.0.256/24", "a/24", "fd00::/8"])("%s is no IPv4 range", (text) => {
  expect(() => parseSubnet(text)).toThrow(text.split("/")[0]);
});

test("an address goes to a number and back", () => {
  expect(formatAddress(parseAddress("192.168.255.1"))).toBe("192.168.255.1");
});

test("conflicts name their owners", () => {
  const used = [
    { owner: "network compose_default", subnet: "172.20.0.0/16" },
    { owner: "interface eth0", subnet: "10.0.0.5/8" },
  ];
  expect(subnetConflicts("172.20.0.0/24", used).map(({ owner }) => owner)).toEqual(["network compose_default"]);
});
