import { REASONS, type Reason, TYPES, type TypeName } from "./constants.ts";

const TYPE_NAMES = names(TYPES);
const REASON_NAMES = names(REASONS);

/** Name of a message type; undefined when there is none of that code. */
export function typeName(code: number): TypeName | undefined {
  return TYPE_NAMES[code];
}

/** Name of a reason; undefined when there is none of that code. */
export function reasonName(code: number): Reason | undefined {
  return REASON_NAMES[code];
}

function names<Name extends string>(codes: Readonly<Record<Name, number>>): readonly (Name | undefined)[] {
  const found: (Name | undefined)[] = new Array(256).fill(undefined);
  for (const name in codes) found[codes[name]] = name;
  return found;
}
