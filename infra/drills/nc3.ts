import type { BusProbe, DrillContext, Observation } from "./types.ts";

/** What the bus answers to a query. @param expected a reason, or `answered` */
export async function asked(
  { bus }: DrillContext,
  what: string,
  probe: BusProbe,
  expected: string,
): Promise<Observation> {
  const { reason, name } = await bus(probe);
  return { what, expected, actual: reason ?? `answered with ${name}`, held: (reason ?? "answered") === expected };
}

/** The rightful query: ROE token, and the signatures of two officers. */
export async function rightful(context: DrillContext): Promise<Observation> {
  const what = "a status query with its ROE token and the signatures of two officers";
  const { query, signed } = context.gate;
  if (signed) return asked(context, what, await signed(query(), 2), "answered");
  const remedy = "make two with `bin/dsmil officer add`, run `bin/dsmil up`, and name their keys";
  return { what, expected: "answered", actual: `no keys of two officers at hand: ${remedy}`, held: false };
}
