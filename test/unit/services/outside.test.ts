import { expect, it } from "vitest";
import { targetOf } from "../../../images/l8-soar/src/targets.ts";
import { targetsOf } from "../../../images/l9-coa/src/evidence.ts";
import { isOutside } from "../../../images/runtime/soc/outside.ts";

const OWN = [
  ...["10.0.0.1", "172.31.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1"],
  ...["255.255.255.255", "::", "::1", "0:0:0:0:0:0:0:1", "fd00::1", "FE80::1", "fe80::1%eth0", "fec0::1", "ff02::1"],
  ...["::ffff:10.0.0.1", "::FFFF:192.168.1.1", "::ffff:a00:1", "0:0:0:0:0:ffff:127.0.0.1"],
];

it.each(OWN)("%s is one of our own, and nobody's to block", (address) => {
  expect(isOutside(address)).toBe(false);
  expect(targetOf({ src_ip: address }, "address")).toBeUndefined();
  expect(targetOf({ src_ip: address }, "machine")).toBe(`ip:${address.toLowerCase()}`);
  const event = { event_id: "", ts: "", severity: "HIGH", category: "AUTH", class: null, confidence: 0 } as const;
  const { ip, host } = targetsOf([{ ...event, fields: { src_ip: address } }]);
  expect([ip, host?.value]).toEqual([undefined, address]);
});

it.each(["8.8.8.8", "203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7"])("%s is outside", (address) => {
  expect(isOutside(address)).toBe(true);
  expect(targetOf({ dest_ip: address }, "address")).toBe(`ip:${address}`);
});

it("what is no address is neither", () => {
  const event = { event_id: "", ts: "", severity: "HIGH", category: "AUTH", class: null, confidence: 0 } as const;
  for (const text of ["", "evil", "8.8.8.8\n", "8.8.8.8/8", "0x7f.1"]) {
    expect(isOutside(text)).toBe(false);
    expect(targetsOf([{ ...event, fields: { src_ip: text } }])).toEqual({});
  }
});
