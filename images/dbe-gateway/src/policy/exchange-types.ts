import { FLAGS, TYPES } from "../../../runtime/dbe/codec/constants.ts";

/** Types that ask, with the types that answer them. ERROR answers everything. */
const ANSWERS: ReadonlyMap<number, readonly number[]> = new Map([
  [TYPES.ECHO_REQ, [TYPES.ECHO_RESP]],
  [TYPES.L7_CHAT_REQ, [TYPES.L7_CHAT_RESP]],
  [TYPES.L7_SERVICE_REQ, [TYPES.L7_SERVICE_RESP]],
  [TYPES.L8_SOC_EVENT_ENRICHMENT, [TYPES.L8_PROPOSAL]],
  [TYPES.L8_PROPOSAL, [TYPES.ACCEPTED]],
  [TYPES.L9_COA_REQ, [TYPES.L9_COA_RESP]],
  [TYPES.L9_NC3_QUERY, [TYPES.L9_NC3_RESP]],
  [TYPES.L9_STOP_REQ, [TYPES.L9_STOP_RESP]],
  [TYPES.HEALTH, [TYPES.HEALTH, TYPES.ACCEPTED]],
]);

/** Requests that are audited before they are acted on. */
const PROTECTED: ReadonlySet<number> = new Set([TYPES.L9_COA_REQ, TYPES.L9_NC3_QUERY, TYPES.L9_STOP_REQ]);

/** Messages whose ROE_TOKEN_ID must be that of the destination. */
const NEEDS_ROE_TOKEN: ReadonlySet<number> = new Set([
  TYPES.L9_COA_REQ,
  TYPES.L9_COA_RESP,
  TYPES.L9_NC3_QUERY,
  TYPES.L9_STOP_REQ,
]);

/** Requests that a node itself (device 0) answers. */
const FOR_NODES: ReadonlySet<number> = new Set([TYPES.ECHO_REQ, TYPES.HEALTH]);

/** Whether a message of this type may be sent unasked. */
export function isRequest(type: number): boolean {
  return ANSWERS.has(type);
}

/** Whether `answer` is a type that answers a request of this type and flags. */
export function isAnswerTo(request: { readonly type: number; readonly flags: number }, answer: number): boolean {
  if (answer === TYPES.ERROR) return true;
  if ((request.flags & FLAGS.NO_REPLY) !== 0) return answer === TYPES.ACCEPTED;
  return ANSWERS.get(request.type)?.includes(answer) ?? false;
}

export function isProtected(type: number): boolean {
  return PROTECTED.has(type);
}

export function needsRoeToken(type: number): boolean {
  return NEEDS_ROE_TOKEN.has(type);
}

/** Whether a device 0 takes messages of this type. */
export function isForNodes(type: number): boolean {
  return FOR_NODES.has(type);
}
