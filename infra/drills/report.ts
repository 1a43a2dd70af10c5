import type { DrillResult, Verdict } from "./types.ts";

/** What was drilled, when and on what. */
export interface DrillReport {
  readonly format: "dsmil drill report v1";
  readonly fleet: string;
  readonly nodes: readonly string[];
  readonly tenants: readonly string[];
  /** RFC 3339 */
  readonly startedAt: string;
  readonly seconds: number;
  readonly passed: boolean;
  readonly results: readonly DrillResult[];
}

const WORDS: Readonly<Record<Verdict, string>> = {
  pass: "✓ PASS",
  fail: "✗ FAIL",
  unproven: "? UNPROVEN",
  error: "! ERROR",
};

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The report in Markdown, in the form of Phase 5, section 9.2. */
export function drillMarkdown(report: DrillReport): string {
  const { results, nodes, tenants, startedAt, fleet } = report;
  const rows = results.map(
    ({ number, scenario, verdict, note }) => `| ${number} | ${scenario} | ${WORDS[verdict]} | ${cell(note)} |`,
  );
  const failed = results.filter(({ verdict }) => verdict !== "pass");
  const passed = results.length - failed.length;
  const findings =
    failed.length === 0
      ? [`* ${passed} of ${results.length} attacks were stopped, each beside a rightful act that worked.`]
      : failed.map(({ number, verdict, defence, note }) => `* Test ${number} ${WORDS[verdict]}: ${defence}. ${note}.`);
  return [
    "# DSMIL Phase 5 Red-Team Report",
    `**Date:** ${startedAt.slice(0, 10)}`,
    `**Cluster:** ${fleet}, ${nodes.length} nodes (${nodes.join(", ")})`,
    `**Tenants Tested:** ${tenants.map((id) => id.toUpperCase()).join(", ")}`,
    "",
    "## Test Results",
    "",
    "| Test # | Scenario | Result | Notes |",
    "|--------|----------|--------|-------|",
    ...rows,
    "",
    "## Findings",
    ...findings,
    "",
    "## Controls",
    ...results.map(({ number, outcome }) =>
      outcome ? `* Test ${number}: ${outcome.control.what}: ${outcome.control.actual}.` : `* Test ${number}: not run.`,
    ),
    "",
    "## Recommendations",
    ...(failed.length === 0
      ? ["* Run the drills again after each change of policies, access rules or the bus."]
      : failed.map(
          ({ number, defence }) =>
            `* Test ${number}: restore the defence (${defence}), run \`bin/dsmil up\`, drill again.`,
        )),
    "",
  ].join("\n");
}
