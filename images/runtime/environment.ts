import { readFileSync } from "node:fs";

/** A configuration that cannot be used; `problems` lists every bad key with what was expected. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** The variables a service is started with. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Bounds of a number, inclusive; without a default the key is required. */
export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** What a text must look like; without a default the key is required. */
export interface TextRule {
  readonly pattern?: RegExp;
  readonly hint?: string;
  readonly default?: string;
}

const PATH: TextRule = { pattern: /^\/[^\0]{1,255}$/, hint: "an absolute path" };

/**
 * Reads the environment key by key and remembers what is wrong, so that one start shows every mistake.
 * Call `finish()` after the last key: it throws a ConfigError when anything was wrong. A value of a key that was
 * refused is a placeholder that never leaves this class, as `finish()` throws first.
 */
export class Environment {
  private readonly variables: Variables;
  private readonly problems: string[] = [];

  constructor(variables: Variables) {
    this.variables = variables;
  }

  text(key: string, rule: TextRule = {}): string {
    const value = this.variables[key]?.trim();
    if (value === undefined || value === "") {
      if (rule.default !== undefined) return rule.default;
      return this.refuse(key, "is not set", rule.hint, "");
    }
    if (rule.pattern && !rule.pattern.test(value))
      return this.refuse(key, `is ${JSON.stringify(value)}`, rule.hint, "");
    return value;
  }

  /** An absolute path; without a fallback the key is required. */
  path(key: string, fallback?: string): string {
    return this.text(key, { ...PATH, ...(fallback !== undefined && { default: fallback }) });
  }

  number(key: string, rule: NumberRule, integer = false): number {
    const raw = this.variables[key]?.trim();
    const expected = `${integer ? "a whole number" : "a number"} from ${rule.min} to ${rule.max}`;
    if (raw === undefined || raw === "") {
      return rule.default ?? this.refuse(key, "is not set", expected, 0);
    }
    const value = Number(raw);
    const fits = Number.isFinite(value) && value >= rule.min && value <= rule.max;
    if (!fits || (integer && !Number.isInteger(value))) {
      return this.refuse(key, `is ${JSON.stringify(raw)}`, expected, 0);
    }
    return value;
  }

  integer(key: string, rule: NumberRule): number {
    return this.number(key, rule, true);
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.variables[key]?.trim();
    if (value === undefined || value === "") return fallback;
    const match = choices.find((choice) => choice === value.toLowerCase());
    return match ?? this.refuse(key, `is ${JSON.stringify(value)}`, `one of ${choices.join(", ")}`, fallback);
  }

  /** An http(s) address, or "" where the key is unset and `optional`. */
  url(key: string, optional: boolean): string {
    const value = this.text(key, optional ? { default: "" } : { hint: "an http:// or https:// address" });
    if (value === "") return value;
    const parsed = URL.parse(value);
    if (!parsed || !/^https?:$/.test(parsed.protocol)) {
      return this.refuse(key, `is ${JSON.stringify(value)}`, "an http:// or https:// address", "");
    }
    return value.replace(/\/+$/, "");
  }

  /** The text of a readable, non-empty file; `label` names it in the message. Content is never echoed. */
  file(label: string, path: string): string {
    if (path === "") return "";
    try {
      const content = readFileSync(path, "utf8");
      return content.trim() === "" ? this.refuse(label, `(${path}) is an empty file`, undefined, "") : content;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
      return this.refuse(label, `(${path}) cannot be read: ${code}`, "a file the service's user can read", "");
    }
  }

  /** Throws a ConfigError that lists every refused key. */
  finish(): void {
    if (this.problems.length > 0) throw new ConfigError([...new Set(this.problems)]);
  }

  private refuse<T>(key: string, found: string, expected: string | undefined, placeholder: T): T {
    this.problems.push(`${key} ${found}${expected ? `; expected ${expected}` : ""}`);
    return placeholder;
  }
}
