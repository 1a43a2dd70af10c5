import { CHANGE_CLASSES, type ChangeClass } from "./change-class.ts";
import type { Approval, ApproverRole, ChangeRequest } from "./change-request.ts";
import type { Review } from "./review.ts";

/** Roles of which each has to approve; several in one entry: any of them. */
const NEEDED: Readonly<Record<ChangeClass, readonly (readonly ApproverRole[])[]>> = {
  // Mended first; reviewed afterwards.
  emergency: [],
  // The change advisory board.
  standard: [["ai-ml-lead"], ["systems-architect"], ["security-lead"]],
  normal: [["team-lead", "ai-ml-lead", "systems-architect", "security-lead"]],
  "pre-approved": [],
};

/** Clocks of reviewers may be ahead by this much, milliseconds. */
const SKEW = 5 * 60_000;

const isMilder = (a: ChangeClass, b: ChangeClass): boolean => CHANGE_CLASSES.indexOf(a) > CHANGE_CLASSES.indexOf(b);

/**
 * Why a change may not be applied; empty when it may.
 * @param now milliseconds since 1970
 */
export function refusals(request: ChangeRequest, review: Pick<Review, "digest" | "change">, now: number): string[] {
  const found: string[] = [];
  if (request.plan !== review.digest)
    found.push(
      `the plan is not the one that was approved: it is ${review.digest.slice(0, 12)}…, approved was ${request.plan.slice(0, 12)}…`,
    );
  if (request.class !== "emergency" && isMilder(request.class, review.change.class))
    found.push(`it says class ${request.class}, and the plan is of class ${review.change.class}`);
  return [...found, ...requestRefusals(request, now)];
}

/** Those of them that need no plan: known before anything is prepared. */
export function requestRefusals(request: ChangeRequest, now: number): string[] {
  const found: string[] = [];
  if (now > Date.parse(request.expires)) found.push(`it expired at ${request.expires}`);
  if (Date.parse(request.created) > now + SKEW) found.push(`it was made in the future: ${request.created}`);
  if (request.class === "emergency" && !request.reasons.some((reason) => reason.trim() !== ""))
    found.push("an emergency needs a reason");
  return [...found, ...missingApprovals(request, now)];
}

function missingApprovals(request: ChangeRequest, now: number): string[] {
  const found: string[] = [];
  const counted: Approval[] = [];
  for (const approval of request.approvals) {
    const problem = problemOf(approval, request, now, counted);
    if (problem) found.push(problem);
    else counted.push(approval);
  }
  for (const roles of NEEDED[request.class])
    if (!counted.some(({ role }) => roles.includes(role)))
      found.push(`class ${request.class} needs the approval of ${roles.join(" or ")}`);
  return found;
}

function problemOf(
  { name, date }: Approval,
  { requester, created }: ChangeRequest,
  now: number,
  counted: readonly Approval[],
): string | undefined {
  if (same(name, requester)) return `${name} asked for it and cannot approve it`;
  if (counted.some((other) => same(other.name, name))) return `${name} approves it twice`;
  if (Date.parse(date) < Date.parse(created)) return `${name} approved it before it was made`;
  if (Date.parse(date) > now + SKEW) return `${name} approves it in the future`;
  return undefined;
}

/** Names as people write them: case, spaces around and between do not make another person. */
function same(a: string, b: string): boolean {
  const plain = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
  return plain(a) === plain(b);
}
