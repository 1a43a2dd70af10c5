/** A JSON Schema, as the control API checks with and its document shows. */
export type Schema = Readonly<Record<string, unknown>>;

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/**
 * The schema of an interface: the compiler holds its properties to the interface's, and what is optional there must be
 * listed. Nothing else may stand in the object.
 */
export function objectOf<T>(
  properties: { readonly [K in keyof T]-?: Schema },
  ...optional: readonly OptionalKeys<T>[]
): Schema {
  const required = Object.keys(properties).filter((key) => !(optional as readonly string[]).includes(key));
  return { type: "object", additionalProperties: false, ...(required.length > 0 && { required }), properties };
}

export const listOf = (items: Schema, description?: string): Schema => ({
  type: "array",
  items,
  ...(description !== undefined && { description }),
});

/** A text; `more` adds bounds and a pattern. */
export const text = (description: string, more: Schema = {}): Schema => ({ type: "string", description, ...more });

export const oneOf = (choices: readonly string[], description: string): Schema => ({
  type: "string",
  enum: choices,
  description,
});

export const whole = (description: string, more: Schema = {}): Schema => ({
  type: "integer",
  minimum: 0,
  description,
  ...more,
});

export const figure = (description: string): Schema => ({ type: "number", description });

export const yesNo = (description: string): Schema => ({ type: "boolean", description });

/** RFC 3339 in UTC. */
export const time = (description: string): Schema => ({ type: "string", format: "date-time", description });
