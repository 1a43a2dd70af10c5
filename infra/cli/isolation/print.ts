import pc from "picocolors";
import type { IsolationReport } from "../../isolation/report.ts";
import type { AttemptResult, Verdict } from "../../isolation/types.ts";

const WORDS: Readonly<Record<Exclude<Verdict, "refused">, string>> = {
  leak: "WENT THROUGH",
  wrong_refusal: "refused by the wrong thing",
  inconclusive: "proves nothing: its control did not work",
  error: "no answer",
};

/** Failures that are shown in full; the report has all. */
const SHOWN = 25;

/** A table by layer, then every failure with what to do. */
export function printReport({ summary, attempts, tenants, seconds, only }: IsolationReport, file: string): string {
  const part = only ? `, only ${only.join(", ")}` : "";
  const out = [
    `isolation of ${tenants.join(", ")}${part}: ${summary.attempts} attempts in ${seconds.toFixed(1)} s`,
    "",
  ];
  out.push(
    pc.dim(
      `  ${"LAYER".padEnd(10)} ${["REFUSED", "LEAK", "WRONG", "UNPROVEN", "ERROR"].map((h) => h.padStart(9)).join("")}`,
    ),
  );
  for (const [layer, counts] of Object.entries(summary.layers)) {
    const cells = [counts.refused, counts.leak, counts.wrong_refusal, counts.inconclusive, counts.error];
    const row = cells.map((n, i) => (i > 0 && n > 0 ? pc.red(String(n).padStart(9)) : String(n).padStart(9))).join("");
    out.push(`  ${layer.padEnd(10)} ${row}`);
  }
  out.push("");
  const failed = attempts.filter((a) => a.verdict !== "refused");
  for (const attempt of failed.slice(0, SHOWN)) out.push(...failure(attempt), "");
  if (failed.length > SHOWN) out.push(`… and ${failed.length - SHOWN} more, all in ${file}`, "");
  out.push(
    summary.passed
      ? pc.green("every attempt was refused, every control worked")
      : pc.red(`${failed.length} of ${summary.attempts} attempts failed the proof`),
  );
  out.push(pc.dim(`signed report: ${file}`), "");
  return out.join("\n");
}

function failure(attempt: AttemptResult): string[] {
  const { layer, victim, attacker, credential, what, verdict, expected, actual, control, remedy } = attempt;
  const word = verdict === "refused" ? "" : WORDS[verdict];
  const lines = [
    `${pc.red("✗")} ${layer}: ${attacker} → ${victim}, ${credential}: ${what}`,
    `    ${pc.bold(word)}; expected ${expected.join(" or ")}, got ${actual.class} (${actual.detail})`,
  ];
  if (verdict === "inconclusive") lines.push(`    control: ${control.class} (${control.detail})`);
  return [...lines, `    remedy: ${remedy}`];
}
