import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPrometheus } from "../../../infra/cli/dashboards/open-prometheus.ts";
import { writeGrafana } from "../../../infra/cli/dashboards/write-grafana.ts";
import { MODEL } from "./fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dsmil-grafana-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("writing Grafana's files", () => {
  it("writes them, and takes out what is no longer made, but nothing else", () => {
    const first = writeGrafana(MODEL, folder, "https://gate.example");
    expect(first.files).toContain("tenants/bravo/dashboards/dsmil-soc.json");
    expect(first.files.every((path) => existsSync(join(folder, path)))).toBe(true);
    writeFileSync(join(folder, "operators/own.txt"), "mine");
    const tenants = MODEL.tenants.filter(({ id }) => id !== "bravo");
    writeGrafana({ ...MODEL, tenants }, folder, "https://gate.example");
    expect(existsSync(join(folder, "tenants/bravo/dashboards/dsmil-soc.json"))).toBe(false);
    expect(existsSync(join(folder, "tenants/alpha/dashboards/dsmil-soc.json"))).toBe(true);
    expect(readFileSync(join(folder, "operators/own.txt"), "utf8")).toBe("mine");
    expect(JSON.parse(readFileSync(join(folder, "operators/dashboards/dsmil-slo.json"), "utf8"))).toMatchObject({
      uid: "dsmil-slo",
    });
  });

  it("says what it left out", () => {
    const { files, notes } = writeGrafana(MODEL, folder, undefined);
    expect(files.some((path) => path.startsWith("tenants/"))).toBe(false);
    expect(notes.join("\n")).toContain("no --tenant-gate");
  });

  it("refuses a folder of somebody else, and removes nothing that a changed list names outside of it", () => {
    writeFileSync(join(folder, "letter.txt"), "mine");
    expect(() => writeGrafana(MODEL, folder, undefined)).toThrow("has files of somebody else");
    rmSync(join(folder, "letter.txt"));
    writeGrafana(MODEL, folder, undefined);
    const outside = `${folder}-outside.txt`;
    writeFileSync(outside, "mine");
    writeFileSync(
      join(folder, ".dsmil-dashboards"),
      `../${outside.split("/").at(-1)}\noperators/../../x\n${outside}\n`,
    );
    writeGrafana(MODEL, folder, undefined);
    expect(readFileSync(outside, "utf8")).toBe("mine");
    rmSync(outside);
  });

  it.each(["http://gate.example", "gate", "https://user:word@gate.example", "https://gate.example/?x=1"])(
    "refuses %s as a gate",
    (gate) => expect(() => writeGrafana(MODEL, folder, gate)).toThrow("is no address of a gate"),
  );
});

describe("which Prometheus is asked", () => {
  it.each(["ftp://x", "nothing", "https://name:word@x", "https://x/?query=1"])("is not %s", (prometheus) =>
    expect(() => openPrometheus({ prometheus })).toThrow("is no address of a Prometheus"),
  );

  it("has a certificate with its key, or none", () => {
    expect(() => openPrometheus({ prometheus: "https://x", cert: "c" })).toThrow("--cert and --key go together");
    expect(() => openPrometheus({ prometheus: "https://x", ca: join(folder, "none.pem") })).toThrow("cannot be read");
  });
});
