import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { AskGate } from "../../../infra/cli/logs/ask-loki.ts";
import { collectFromLoki } from "../../../infra/cli/logs/collect-loki.ts";
import { whyNotLoki } from "../../../infra/cli/logs/from-loki.ts";
import { loadManifestText } from "../../component/manifest.ts";

const SOURCE = { name: "dsmil-l3-router-alpha", service: "l3-router", node: "node-a", tenant: "alpha" };
const NOW = Date.now();
const signal = new AbortController().signal;
const filter = { since: new Date(NOW - 60_000), limit: 10_000 };

/** Answers as Loki does: the latest of a time of which the end is none, newest first; five lines share each instant. */
function answering(count: number, told: string[] = []): AskGate {
  const labels = { container: SOURCE.name, node: "node-a", tenant: "alpha", level: "info" };
  const time = (n: number): bigint => BigInt(NOW - 50_000 + Math.floor(n / 5)) * 1_000_000n + 7n;
  const all = Array.from({ length: count }, (_, n): [bigint, string] => [time(n), `{"time":"t","n":${n}}`]);
  return async (path, tenant) => {
    const query = new URL(path, "https://gate").searchParams;
    told.push(`${tenant} ${query.get("query")}`);
    const [start, end] = [BigInt(query.get("start") ?? 0), BigInt(query.get("end") ?? 0)];
    const fits = all
      .filter(([at]) => at >= start && at < end)
      .slice(-Number(query.get("limit")))
      .reverse();
    const values = fits.map(([at, text]) => [String(at), text]);
    return { status: 200, body: JSON.stringify({ data: { result: [{ stream: labels, values }] } }) };
  };
}

describe("lines from Loki", () => {
  it("come page by page, each once, in the order of their times, with nine digits", async () => {
    const lines = await collectFromLoki([SOURCE], filter, answering(3333), signal);
    const numbers = lines.map(({ line }) => (JSON.parse(line) as { n: number }).n);
    expect(new Set(numbers).size).toBe(3333);
    expect(lines).toHaveLength(3333);
    const times = lines.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toMatch(/\.\d{6}007Z$|\.\d{3}000007Z$/);
  });

  it("are asked for in the tenant's name, by containers and level, and only as many as are wanted", async () => {
    const told: string[] = [];
    const few = { ...filter, limit: 10, level: "warn" as const };
    expect(await collectFromLoki([SOURCE], few, answering(20, told), signal)).toEqual([]);
    expect(told).toEqual(['alpha {container=~"dsmil-l3-router-alpha", level=~"warn|error"}']);
    const latest = await collectFromLoki([SOURCE], { ...filter, limit: 2 }, answering(20), signal);
    expect(latest.map(({ line }) => line)).toEqual(['{"time":"t","n":18}', '{"time":"t","n":19}']);
  });

  it("that cannot be had are an error, never silence", async () => {
    const refused: AskGate = async () => ({ status: 503, body: '{"error":{"code":"loki_unavailable"}}' });
    await expect(collectFromLoki([SOURCE], filter, refused, signal)).rejects.toThrow("503 (loki_unavailable)");
    const cut: AskGate = async () => ({ status: 200, body: '{"data":{"result":[' });
    await expect(collectFromLoki([SOURCE], filter, cut, signal)).rejects.toThrow("cannot be understood");
  });

  it("are asked for where Loki is deployed and keeps them for as long", () => {
    const text = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
    const on = loadManifestText(text.replace("loki: false", "loki: true"));
    const ago = (days: number): Date => new Date(NOW - days * 86_400_000);
    expect(whyNotLoki(loadManifestText(text), [SOURCE], ago(0))).toBe("the manifest has no Loki");
    expect(whyNotLoki(on, [SOURCE], ago(6))).toBeUndefined();
    expect(whyNotLoki(on, [SOURCE], ago(8))).toBe("it keeps lines for 168 hours");
  });
});
