import type { Credentials } from "../isolation/drivers/credentials.ts";
import type { Doors } from "../isolation/drivers/doors.ts";
import type { Model, Tenant } from "../model/types.ts";

/** What one step of a drill met. */
export interface Observation {
  /** What was done, for a reader who was not there. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  /** Whether the two agree. */
  readonly held: boolean;
}

/** A drill's attack, and the rightful act beside it that must work: without it a refusal proves nothing. */
export interface Outcome {
  readonly attack: Observation;
  readonly control: Observation;
}

/** A message that is put on the bus as an operator's probe, in the words of `dbe send`. */
export interface BusProbe {
  readonly type: string;
  readonly tenant: string;
  readonly destination: number;
  readonly payload?: string;
  /** Hex. */
  readonly message_id?: string;
  readonly signature_a?: string;
  readonly signature_b?: string;
  readonly omit?: readonly string[];
}

/** What came back: `reason` where the bus refused. */
export interface BusReply {
  readonly name: string;
  readonly reason?: string;
  readonly payload: string;
}

/** A person who may sign for a tenant, with the seed of the key. */
export interface DrillOfficer {
  readonly person: string;
  /** 64 hex digits. */
  readonly seed: string;
}

/** What drills work with. */
export interface DrillContext {
  readonly model: Model;
  /** The tenant whose credentials the attacker has, and the one that is attacked. */
  readonly attacker: Tenant;
  readonly victim: Tenant;
  readonly doors: Doors;
  readonly credentials: Credentials;
  readonly bus: (probe: BusProbe) => Promise<BusReply>;
  /** Two officers of the attacked tenant; absent where their keys are not at hand. */
  readonly officers?: readonly [DrillOfficer, DrillOfficer];
  /** Default 15,000: how long a detection may take, ms. */
  readonly patienceMs?: number;
}

/** One scenario of the red-team drills (Phase 5, section 9.2). */
export interface Drill {
  readonly number: number;
  readonly id: string;
  readonly scenario: string;
  /** What has to stop it. */
  readonly defence: string;
  /** Services of the manifest without which it cannot run. */
  readonly needs: readonly string[];
  /** Throws when it could not be carried out. */
  run(context: DrillContext): Promise<Outcome>;
}

/** pass: stopped, and the control worked; unproven: stopped, but so was the control. */
export type Verdict = "pass" | "fail" | "unproven" | "error";

export interface DrillResult {
  readonly number: number;
  readonly id: string;
  readonly scenario: string;
  readonly defence: string;
  readonly verdict: Verdict;
  /** One line: what was seen, or why it could not run. */
  readonly note: string;
  readonly outcome?: Outcome;
  readonly milliseconds: number;
}
