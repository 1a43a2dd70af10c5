import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import {
  type ChangeRequest,
  ChangeRequestInvalid,
  formatChangeRequest,
  parseChangeRequest,
} from "../plan/change-request.ts";
import { refusals } from "../plan/judge-change.ts";
import type { Review } from "../plan/review.ts";
import { UserError } from "./errors.ts";
import { projectRoot } from "./root.ts";

/** How long a request may be applied, milliseconds. */
const LIFETIME = 7 * 24 * 3_600_000;

/** Most bytes of a request's file. */
const MOST_BYTES = 256 * 1024;

/** Where a change's record is; made by whoever applied it. */
const recordOf = (root: string, id: string): string => join(root, ".dsmil/changes", `${id}.json`);

export interface RequestOptions {
  /** Who asks; default the user of this machine. */
  readonly requester?: string;
  readonly title?: string;
  /** Declares an emergency, with its reason. */
  readonly emergency?: string;
}

/** Writes the change request for a plan. Refuses to overwrite a file, which may hold approvals. */
export function writeChangeRequest(file: string, review: Review, options: RequestOptions): void {
  const now = Date.now();
  const { requester = userInfo().username, emergency } = options;
  const request: ChangeRequest = {
    id: `change-${new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)}-${review.digest.slice(0, 8)}`,
    title: options.title ?? titleOf(review),
    class: emergency === undefined ? review.change.class : "emergency",
    reasons: emergency === undefined ? review.change.reasons : [emergency, ...review.change.reasons],
    requester,
    plan: review.digest,
    created: new Date(now).toISOString(),
    expires: new Date(now + LIFETIME).toISOString(),
    approvals: [],
  };
  try {
    writeFileSync(file, formatChangeRequest(request), { flag: "wx" });
  } catch (error) {
    throw new UserError(`the change request cannot be written: ${(error as Error).message}`, "name a new file");
  }
}

/** @throws UserError where the file is none */
function readChangeRequest(file: string): ChangeRequest {
  try {
    if (statSync(file).size > MOST_BYTES) throw new ChangeRequestInvalid(`has more than ${MOST_BYTES} bytes`);
    return parseChangeRequest(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      `${file}: ${(error as Error).message}`,
      "`bin/dsmil plan --change-out FILE` writes one; docs/changes.md describes it",
    );
  }
}

/** One `up` under a change request: admitted once its plan is known, recorded when it ends. */
export class ChangeRun {
  private readonly request: ChangeRequest;
  private readonly record: string;
  private readonly started = new Date().toISOString();
  private review: Review | undefined;

  /** @throws UserError where the file is no change request, or the change was applied before */
  constructor(file: string, root: string = projectRoot) {
    this.request = readChangeRequest(file);
    const { id } = this.request;
    this.record = recordOf(root, id);
    if (existsSync(this.record) && readFileSync(this.record, "utf8").includes('"outcome": "applied"'))
      throw new UserError(`change ${id} was applied before`, "`bin/dsmil plan --change-out FILE` asks for a new one");
  }

  /** @throws UserError with every reason why the plan may not be applied */
  admit(review: Review): void {
    const broken = review.policyFindings.map(({ rule, resource }) => `it breaks policy ${rule}: ${resource}`);
    const reasons = [...refusals(this.request, review, Date.now()), ...broken];
    if (reasons.length > 0)
      throw new UserError(
        `change ${this.request.id} is refused; nothing was changed\n${reasons.map((r) => `       - ${r}`).join("\n")}`,
        "`bin/dsmil plan` shows what would happen now, `--change-out FILE` asks for it anew",
      );
    this.review = review;
  }

  /** Keeps what came of it: the request with its approvals, the plan, and who applied it. A refused change leaves nothing. */
  end(outcome: "applied" | "not healthy" | "failed"): void {
    if (this.review === undefined) return;
    const { totals, groups, dataAtRisk, change } = this.review;
    const file = this.record;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const record = {
      ...{
        request: this.request,
        started: this.started,
        ended: new Date().toISOString(),
        by: userInfo().username,
        outcome,
      },
      reviewDue: this.request.class === "emergency" || change.class === "emergency",
      plan: { totals, groups, dataAtRisk },
    };
    writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
    this.review = undefined;
  }
}

function titleOf({ totals }: Review): string {
  return `${totals.create} created, ${totals.update} changed, ${totals.replace} replaced, ${totals.delete} deleted`;
}
