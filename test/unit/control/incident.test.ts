import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { IncidentNode } from "../../../infra/ctl/incident-collect.ts";
import { incidentOf, writeIncident } from "../../../infra/ctl/incident-file.ts";
import { redact } from "../../../infra/ctl/redact.ts";

const dir = mkdtempSync(join(tmpdir(), "dsmil-incident-"));
afterAll(() => rmSync(dir, { recursive: true }));

const line = (i: number) => ({
  time: "2026-01-01T00:00:00Z",
  container: "c",
  level: "info",
  text: `${i} ${"x".repeat(90)}`,
});
const node = (count: number): IncidentNode => ({
  ...{ node: "node-a", looked: ["c"], health: [], missing: [] },
  logs: Array.from({ length: count }, (_, i) => line(i)),
});

describe("an incident's file", () => {
  it("keeps the newest lines that fit, and says how many were left out", () => {
    const { nodes, linesLeftOut } = incidentOf([node(1000)], 0, 50_000);
    const kept = nodes[0]?.logs.length ?? 0;
    expect([kept > 100, kept + linesLeftOut, nodes[0]?.logs.at(-1)?.text.slice(0, 4)]).toEqual([true, 1000, "999 "]);
    expect(incidentOf([node(10)], 0).linesLeftOut).toBe(0);
    expect(incidentOf([node(3)], 0, 10).nodes[0]?.logs).toEqual([]);
  });

  it("is not written where it cannot be", () => {
    expect(() => writeIncident(join(dir, "no/such.json"), incidentOf([node(1)], 0))).toThrow("cannot be written");
  });
});

describe("lines", () => {
  it.each([
    ["authorization: Bearer abcdefgh12345678", "authorization: Bearer [removed]"],
    ['{"password":"hunter22","user":"ann"}', '{"password":"[removed]","user":"ann"}'],
    ['{\\"api_key\\": \\"k-123456\\"}', '{\\"api_key\\": \\"[removed]\\"}'],
    ["postgres://app:s3cret@db:5432/x", "postgres://app:[removed]@db:5432/x"],
    ["key sk-alpha-0123456789 used", "key [removed] used"],
    ["eyJhbGciOiJNTC1EU0E.eyJpc3MiOiJkc21pbCJ9.c2ln", "[removed]"],
    ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "[removed]"],
    ["tokens a second: 7", "tokens a second: 7"],
    ["GET https://l7.x:8001/v1/models", "GET https://l7.x:8001/v1/models"],
  ])("lose what looks like a secret: %s", (text, left) => {
    expect(redact(text)).toBe(left);
  });
});
