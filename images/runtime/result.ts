import type { RejectReason } from "./reject-reason.ts";

/** Something that was understood, or why it was not. `detail` is for people, `reason` for machines. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string };
