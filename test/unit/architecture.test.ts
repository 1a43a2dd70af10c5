import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Folder → the folders it may import from besides itself. A folder that is not listed may be imported by none. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "infra/model": [],
  "infra/render": ["infra/model"],
  "infra/images": ["infra/model", "infra/toolchain"],
  "infra/policy": ["infra/toolchain"],
  "infra/access": [],
  // What services check of a certificate or an audit row is checked and made here by their own code.
  "infra/provider": ["infra/access", "infra/model", "images/runtime"],
  "infra/components": [
    "infra/model",
    "infra/models",
    "infra/feeds",
    "infra/render",
    "infra/images",
    "infra/policy",
    "infra/provider",
    "infra/stacks",
  ],
  "infra/stacks": ["infra/model", "infra/components", "infra/access", "infra/policy"],
  "infra/index.ts": ["infra/model", "infra/stacks", "infra/access", "infra/policy"],
  "infra/plan": ["infra/model"],
  "infra/lab": ["infra/access", "infra/model"],
  "infra/toolchain": [],
  // What a tenant's container could send is written as it would write it.
  "infra/isolation": ["infra/model", "infra/access", "images/runtime"],
  "infra/drills": ["infra/model", "infra/isolation", "images/runtime"],
  // What it asks for and understands is what the API says.
  "infra/ctl": ["images/runtime", "infra/validate"],
  "infra/validate": ["infra/model"],
  "infra/feeds": [],
  "infra/models": ["infra/toolchain"],
  "infra/dashboards": ["infra/model"],
  // The reference reads every program's own metrics.
  "infra/metrics": ["images/*"],
  "infra/cockpit": ["infra/model"],
  // Documents tell what stacks declare, what rules and metrics say of themselves.
  "infra/docs": [
    "infra/model",
    "infra/render",
    "infra/metrics",
    "infra/provider",
    "infra/policy",
    "infra/stacks",
    "images/runtime",
  ],
};

/** The one thing components take from stacks: the types of the outputs that flow between stacks. */
const OUTPUTS = "infra/stacks/outputs.ts";

interface Import {
  readonly file: string;
  readonly target: string;
}

function roomOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  if (top === "infra") return second.endsWith(".ts") ? path : `infra/${second}`;
  return top === "images" ? `images/${second}` : top;
}

function imports(pattern: string): Import[] {
  const found: Import[] = [];
  for (const file of globSync(pattern, { cwd: root })) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, specifier = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      found.push({ file, target: relative(root, resolve(root, dirname(file), specifier)) });
    }
  }
  return found;
}

describe("imports follow the flow", () => {
  const infra = imports("infra/**/*.ts");

  it("finds the project's imports at all", () => {
    expect(infra.length).toBeGreaterThan(100);
  });

  it("never goes against manifest → model → components → stacks → index", () => {
    const wrong = infra.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to || from === "infra/cli") return false;
      if (target === OUTPUTS) return false;
      const allowed = ALLOWED[from] ?? [];
      return !allowed.includes(to) && !(to.startsWith("images/") && allowed.includes("images/*"));
    });
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it("keeps Pulumi out of the model, the rendering and the plan", () => {
    const pure = globSync("infra/{model,render,plan,access}/**/*.ts", { cwd: root });
    expect(pure.filter((f) => readFileSync(join(root, f), "utf8").includes('"@pulumi/'))).toEqual([]);
  });

  it("lets the policy pack know the model alone", () => {
    const wrong = imports("policies/**/*.ts").filter(({ target }) => !/^(?:policies|infra\/model)\//.test(target));
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it("keeps services apart from each other and from infra", () => {
    const wrong = imports("images/**/*.ts").filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && to !== "images/runtime";
    });
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });
});
