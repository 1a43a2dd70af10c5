import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { AlertCase, Series } from "./case.ts";

const run = promisify(execFile);

/** Runs Debian's promtool; what it prints is the error where it fails. */
export async function promtool(...args: string[]): Promise<string> {
  try {
    return (await run("promtool", args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(" ")}:\n${stdout ?? ""}${stderr ?? String(error)}`);
  }
}

/** One look at an alert in a play. */
interface Look {
  readonly one: AlertCase;
  readonly fires: boolean;
  readonly series: readonly Series[];
  readonly at: string;
}

/**
 * Has promtool play the cases' series, and look whether each alert fires where it should and does not where it should
 * not. Cases with the same series share a play.
 * @param every time between two evaluations
 */
export async function testRules(
  folder: string,
  rules: string,
  cases: readonly AlertCase[],
  every = "10s",
): Promise<void> {
  const looks = cases.flatMap((one): Look[] => [
    { one, fires: true, series: one.fires, at: one.at },
    ...(one.quietAt === "never" ? [] : [{ one, fires: false, series: one.quiet, at: one.quietAt ?? one.at }]),
  ]);
  const tests = [...Map.groupBy(looks, ({ one, series }) => JSON.stringify([one.interval, series])).values()].map(play);
  const file = join(folder, `${rules}.test.yml`);
  const text = { rule_files: [`${rules}.yml`], evaluation_interval: every, tests };
  writeFileSync(file, stringify(text, { aliasDuplicateObjects: false }));
  await promtool("test", "rules", file);
}

function play(looks: readonly Look[]) {
  const [first] = looks;
  return {
    interval: first?.one.interval ?? "10s",
    input_series: (first?.series ?? []).map(([series, values]) => ({ series, values })),
    promql_expr_test: looks.map(({ one, fires, at }) => {
      const labels = { alertname: one.alert, alertstate: "firing", ...(fires && one.labels) };
      const matchers = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return {
        expr: `count(ALERTS{${matchers.join(",")}}) or vector(0)`,
        eval_time: at,
        exp_samples: [{ labels: "{}", value: fires ? 1 : 0 }],
      };
    }),
  };
}
