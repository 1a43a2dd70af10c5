import { Ajv, type ValidateFunction } from "ajv";
import type { JsonObject } from "../../runtime/json-object.ts";
import type { ToolDescription } from "../../runtime/l7/tool-call.ts";

/** Holds inputs against the schemas of their tools. */
export class InputCheck {
  private readonly checks: ReadonlyMap<string, ValidateFunction>;

  /** @throws Error where a schema is none */
  constructor(tools: readonly ToolDescription[]) {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false });
    this.checks = new Map(tools.map(({ name, input }) => [name, ajv.compile(input)]));
  }

  has(tool: string): boolean {
    return this.checks.has(tool);
  }

  /** What is wrong with an input; undefined where nothing is. */
  problem(tool: string, input: JsonObject): string | undefined {
    const check = this.checks.get(tool);
    if (!check) return "there is no such tool";
    if (check(input)) return undefined;
    const [first] = check.errors ?? [];
    const place = `input${(first?.instancePath ?? "").replaceAll("/", ".")}`.slice(0, 128);
    const { additionalProperty, allowedValues } = (first?.params ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof additionalProperty === "string")
      return `${place}: unknown field ${JSON.stringify(additionalProperty.slice(0, 32))}`;
    if (Array.isArray(allowedValues)) return `${place}: must be one of ${allowedValues.join(", ")}`;
    return `${place}: ${first?.message ?? "not valid"}`;
  }
}
