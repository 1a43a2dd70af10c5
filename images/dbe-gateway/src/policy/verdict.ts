import type { Reason } from "../../../runtime/dbe/codec/constants.ts";

/** A message may go on. */
export const OK = { ok: true } as const;

/** A message goes no further; `detail` is for the audit and tells no payload and no secret. */
export interface Refusal {
  readonly ok: false;
  readonly refuse: Reason;
  readonly detail: string;
}

/** What is decided at a hop. */
export type Verdict = typeof OK | Refusal;

/** A refusal. */
export function refuse(reason: Reason, detail: string): Refusal {
  return { ok: false, refuse: reason, detail };
}
