import { afterEach, describe, expect, it } from "vitest";
import { collectLogs } from "../../../infra/cli/logs/collect.ts";
import { unixTime } from "../../../infra/cli/logs/engine.ts";
import { followLogs } from "../../../infra/cli/logs/follow.ts";
import { type EngineMessage, engineMessages, MOST_LINE } from "../../../infra/cli/logs/frames.ts";
import { textLine } from "../../../infra/cli/logs/print.ts";
import type { LogLine } from "../../../infra/cli/logs/types.ts";
import { at, engine, frame, source } from "./support.ts";

const running: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});
const started = async (answer: Parameters<typeof engine>[0]) => {
  const one = await engine(answer);
  running.push(one);
  return one;
};
const filter = { since: new Date("2026-11-21T14:00:00Z"), limit: 100 };
const { signal } = new AbortController();

async function messages(...chunks: Buffer[]): Promise<EngineMessage[]> {
  async function* stream() {
    yield* chunks;
  }
  const found: EngineMessage[] = [];
  for await (const message of engineMessages(stream())) found.push(message);
  return found;
}

describe("an engine's stream", () => {
  it("is read however it is cut, with what the engine cut put together, stream by stream", async () => {
    const whole = Buffer.concat([
      frame(at(1), "first "),
      frame(at(2), "other\n", 2),
      frame(at(3), "half\n"),
      frame(at(4), "no end"),
    ]);
    const expected = [
      { time: at(2), text: "other" },
      { time: at(1), text: "first half" },
      { time: at(4), text: "no end" },
    ];
    expect(await messages(whole)).toEqual(expected);
    const bytes = Array.from(whole, (byte) => Buffer.from([byte]));
    expect(await messages(...bytes)).toEqual(expected);
  });

  it("is bounded, and refused where it is something else", async () => {
    const parts = Array.from({ length: 20 }, () => frame(at(1), "x".repeat(16 * 1024)));
    const [line] = await messages(...parts, frame(at(1), "end\n"));
    expect(line?.text).toHaveLength(MOST_LINE);
    await expect(messages(Buffer.from("HTTP/1.1 200 OK"))).rejects.toThrow("no log stream of an engine");
    await expect(messages(frame("yesterday", "x\n"))).rejects.toThrow("without its time");
    await expect(messages(frame(at(1), "x\n").subarray(0, 12))).rejects.toThrow("broke off");
  });
});

describe("the lines of containers", () => {
  it("are merged by time and filtered; the engine is asked for no more than is wanted", async () => {
    const { open, asked } = await started((container, _query, response) => {
      const [mine, text] = container === "dsmil-redis" ? [1, "1:M 21 Nov 2026 14:00:01.000 # Warning"] : [2, "{}"];
      response.write(frame(at(mine), `${text}\n`));
      response.end(frame(at(mine + 2), '{"level":"error","msg":"denied","who":"x\\u001b[2J"}\n', 2));
    });
    const sources = [source("l3-router", { tenant: "alpha", layer: "L3", device: 18 }), source("redis")];
    const { lines, problems } = await collectLogs(sources, { ...filter, limit: 3 }, open, signal);
    expect(problems).toEqual([]);
    expect(lines.map(({ time, container, level }) => [time, container, level])).toEqual([
      [at(2), "dsmil-l3-router", "info"],
      [at(3), "dsmil-redis", "error"],
      [at(4), "dsmil-l3-router", "error"],
    ]);
    expect(lines[0]).toMatchObject({ node: "node-a", tenant: "alpha", layer: "L3", device: 18, service: "l3-router" });
    expect(textLine(lines[1] as LogLine, "dsmil")).toBe(
      "2026-11-21 14:00:03.000 node-a redis                error denied who=x·[2J",
    );
    expect(asked[0]).toContain("tail=3");
    const warnings = await collectLogs(sources, { ...filter, level: "warn", grep: /W/u }, open, signal);
    expect(warnings.lines.map(({ time }) => time)).toEqual([at(1)]);
    expect(asked.at(-1)).toContain("tail=all");
  });

  it("say what could not be read", async () => {
    const { open } = await started((container, _query, response) => {
      if (container === "dsmil-gone") response.writeHead(404).end('{"message":"No such container: dsmil-gone"}');
      else if (container === "dsmil-odd") response.writeHead(500).end('{"message":"configured logging driver"}');
      else response.end(frame(at(1), "here\n"));
    });
    const sources = [source("redis"), source("gone"), source("odd", { node: "node-b" })];
    const { lines, problems } = await collectLogs(sources, filter, open, signal);
    expect(lines).toHaveLength(1);
    expect(problems).toEqual([
      { node: "node-a", problem: "there is no container dsmil-gone" },
      { node: "node-b", problem: "the engine answered 500: configured logging driver" },
    ]);
    const refused = await collectLogs(sources, filter, () => Promise.reject(new Error("node-a: away")), signal);
    expect(refused.problems).toEqual([
      { node: "node-a", problem: "node-a: away" },
      { node: "node-b", problem: "node-a: away" },
    ]);
  });

  it("are followed across restarts, each line once, also those of the same instant", async () => {
    const all = [frame(at(1), "a\n"), frame(at(2), "b\n"), frame(at(2), "c\n")];
    let round = 0;
    const { open, asked } = await started((_container, query, response) => {
      const since = Number(query.get("since"));
      if (!query.has("follow")) return void response.end(all[0]);
      round += 1;
      if (round === 1) return void response.end(Buffer.concat(all.slice(0, 2)));
      response.write(Buffer.concat([...all.slice(1), frame(at(3), "d\n")]));
      expect(since).toBe(Date.parse(at(2)) / 1000);
    });
    const stop = new AbortController();
    const { positions } = await collectLogs([source("redis")], filter, open, signal);
    const lines: string[] = [];
    const take = ({ line }: LogLine): void => {
      lines.push(line);
      if (line === "d") stop.abort();
    };
    const target = { line: take, problem: () => undefined };
    await followLogs([source("redis")], filter, open, { target, positions, signal: stop.signal });
    expect(lines).toEqual(["b", "c", "d"]);
    expect(asked[1]).toContain(`since=${unixTime(at(1))}`);
  });
});
