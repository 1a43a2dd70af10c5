/** A JSON object, read key by key; each mistake throws an Error that names the key. */
export class Fields {
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly name: string;

  private constructor(value: unknown, name: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${name} is no object`);
    this.values = value as Record<string, unknown>;
    this.name = name;
  }

  /** The object in a JSON text, which may have these keys and no others. */
  static parse(text: string, keys: readonly string[]): Fields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Error("is no JSON");
    }
    return new Fields(value, "the file").only(keys);
  }

  static of(value: unknown, name: string, keys: readonly string[]): Fields {
    return new Fields(value, name).only(keys);
  }

  has(key: string): boolean {
    return this.values[key] !== undefined;
  }

  raw(key: string): unknown {
    return this.values[key];
  }

  text(key: string, pattern: RegExp): string {
    const value = this.values[key];
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.wrong(key, `must match ${pattern.source}`);
  }

  integer(key: string, min: number, max: number): number {
    const value = this.values[key];
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw this.wrong(key, `must be a whole number from ${min} to ${max}`);
  }

  /** The code of one of the names in `codes`. */
  code(key: string, codes: Readonly<Record<string, number>>): number {
    const value = this.values[key];
    const code = typeof value === "string" && Object.hasOwn(codes, value) ? codes[value] : undefined;
    if (code !== undefined) return code;
    throw this.wrong(key, `must be one of ${Object.keys(codes).join(", ")}`);
  }

  list(key: string, most: number): readonly unknown[] {
    const value = this.values[key];
    if (Array.isArray(value) && value.length <= most) return value;
    throw this.wrong(key, `must be a list of at most ${most}`);
  }

  /** Keys and values of an object. */
  entries(key: string, most: number): readonly (readonly [string, unknown])[] {
    const value = this.values[key];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value);
      if (entries.length <= most) return entries;
    }
    throw this.wrong(key, `must be an object of at most ${most} keys`);
  }

  wrong(key: string, what: string): Error {
    return new Error(`"${key}" of ${this.name} ${what}`);
  }

  private only(keys: readonly string[]): this {
    const unknown = Object.keys(this.values).find((key) => !keys.includes(key));
    if (unknown !== undefined) throw new Error(`${this.name} has the unknown key "${unknown.slice(0, 32)}"`);
    return this;
  }
}
