import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelNames } from "../../../infra/models/model-release.ts";
import { PROJECT } from "../../services/support/model-fleet.ts";

const read = (path: string): string => readFileSync(join(PROJECT, path), "utf8");
const text = read("docs/models.md");
const metrics = (name: string) => JSON.parse(read(`models/${name}/metrics.json`));
/** A row of a table, by the beginning of its first cell. */
const row = (begins: string): string => text.split("\n").find((line) => line.startsWith(`| ${begins}`)) ?? "";

describe("docs/models.md", () => {
  it("says of Layer 3 what was measured", () => {
    const three = metrics("l3-sensor-fusion");
    for (const [set, who, begins] of [
      ["test", "model", "model, `test` |"],
      ["test", "rules", "rules, `test` |"],
      ["test", "best_possible", "best possible, `test`"],
      ["unseen", "model", "model, `unseen` |"],
      ["unseen", "rules", "rules, `unseen` |"],
    ] as const) {
      const { auc, brier, calibration_error, at } = three[set][who];
      const pair = ({ precision, recall }: { precision: number; recall: number }) => `${precision}, ${recall}`;
      expect(row(begins)).toContain(
        `${auc} | ${brier} | ${calibration_error} | ${pair(at.review)} | ${pair(at.alert)} |`,
      );
    }
  });

  it("says of Layer 4 what was measured", () => {
    const { test, unseen } = metrics("l4-threat-classifier");
    for (const [name, { precision, recall, support }] of Object.entries<Record<string, number>>(test.model.classes)) {
      const rules = test.rules.classes[name];
      expect(row(name)).toBe(
        `| ${name} | ${support} | ${precision}, ${recall} | ${rules.precision}, ${rules.recall} |`,
      );
    }
    expect(row("model, `test` / `unseen`")).toContain(`${test.model.accuracy} / ${unseen.model.accuracy}`);
    expect(row("rules, `test` / `unseen`")).toContain(`${test.rules.macro_f1} / ${unseen.rules.macro_f1}`);
  });

  it("says of Layers 5 and 6 what was measured", () => {
    const five = metrics("l5-forecaster");
    expect(text).toContain(`| model | ${five.test.error.model} | ${five.unseen.error.model} |`);
    expect(row("the last count again")).toContain(`${five.test.error.repeat_last} | ${five.unseen.error.repeat_last}`);
    expect(row("share inside")).toContain(`${five.test.coverage} | ${five.unseen.coverage}`);
    const { model } = metrics("l6-risk").test;
    expect(row("model, `test` (incidents")).toContain(`${model.auc} | ${model.average_precision} | ${model.brier}`);
  });

  it("names each model with its version and how many features it takes", () => {
    for (const name of modelNames(PROJECT)) {
      const { version, features, selfTest } = JSON.parse(read(`models/${name}/model.json`));
      expect(row(`\`${name}\` ${version}`)).toContain(`\`${features}\`, ${selfTest.inputs[0].length} |`);
    }
  });
});
