import { describe, expect, it } from "vitest";
import { isEngineBridge } from "../../../infra/lab/conflicts.ts";

const ID = "0f1319b8e137aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

describe("bridges of the engine", () => {
  it("are told by their networks while the engine answers", () => {
    expect(isEngineBridge("br-0f1319b8e137", [{ Id: ID }])).toBe(true);
    expect(isEngineBridge("br-ffffffffffff", [{ Id: ID }])).toBe(false);
  });

  it("do not stop the run that would start a killed engine again", () => {
    expect(isEngineBridge("br-0f1319b8e137", [])).toBe(true);
  });

  it("are not any interface", () => {
    expect(isEngineBridge("eth0", [])).toBe(false);
    expect(isEngineBridge("br-lan", [])).toBe(false);
  });
});
