import type { Trace } from "../../images/runtime/models/features/entity-features.ts";
import type { Severity } from "../../images/runtime/severity.ts";
import type { Random } from "./random.ts";

const MINUTE = 60_000;

/** A phase of what an entity does: events of some classes, and what comes after it. */
interface Phase {
  readonly classes: readonly string[];
  /** Events a minute. */
  readonly rate: number;
  /** Mean length, minutes. */
  readonly minutes: number;
  readonly score: number;
  readonly severity: Severity;
  /** Next phases and their probability; with the rest it ends. */
  readonly next: readonly (readonly [name: string, probability: number])[];
  readonly enters?: boolean;
  /** Analysts confirm an incident when it begins. */
  readonly incident?: boolean;
}

/** Kinds of entities: where they begin, how often they are met, and their phases. */
export interface Kind {
  readonly weight: number;
  readonly begins: string;
  readonly inside: number;
  /** Probability that it is in earnest: each step towards an incident is multiplied by it. */
  readonly earnest: number;
}

const PHASES: Readonly<Record<string, Phase>> = {
  idle: {
    classes: ["BENIGN"],
    rate: 0.5,
    minutes: 40,
    score: 0.03,
    severity: "INFO",
    next: [
      ["idle", 0.7],
      ["mistakes", 0.15],
    ],
  },
  mistakes: {
    classes: ["BRUTE_FORCE", "BENIGN"],
    rate: 0.6,
    minutes: 4,
    score: 0.3,
    severity: "MEDIUM",
    next: [["login", 0.8]],
  },
  login: {
    classes: ["BENIGN"],
    rate: 0.3,
    minutes: 20,
    score: 0.1,
    severity: "INFO",
    enters: true,
    next: [["idle", 0.9]],
  },
  breaches: {
    classes: ["POLICY"],
    rate: 0.3,
    minutes: 30,
    score: 0.25,
    severity: "LOW",
    next: [
      ["breaches", 0.4],
      ["idle", 0.3],
    ],
  },
  scan: {
    classes: ["RECON"],
    rate: 3,
    minutes: 8,
    score: 0.4,
    severity: "MEDIUM",
    next: [
      ["scan", 0.35],
      ["guess", 0.25],
      ["attack", 0.3],
    ],
  },
  guess: {
    classes: ["BRUTE_FORCE"],
    rate: 6,
    minutes: 15,
    score: 0.55,
    severity: "MEDIUM",
    next: [
      ["guess", 0.4],
      ["entry", 0.2],
      ["attack", 0.12],
    ],
  },
  attack: {
    classes: ["EXPLOIT", "RECON"],
    rate: 2,
    minutes: 8,
    score: 0.7,
    severity: "HIGH",
    next: [
      ["attack", 0.25],
      ["foothold", 0.4],
      ["guess", 0.1],
    ],
  },
  entry: {
    classes: ["BENIGN"],
    rate: 0.2,
    minutes: 5,
    score: 0.3,
    severity: "LOW",
    enters: true,
    next: [
      ["climb", 0.6],
      ["beacon", 0.25],
    ],
  },
  climb: {
    classes: ["PRIVILEGE_ESCALATION"],
    rate: 0.5,
    minutes: 8,
    score: 0.6,
    severity: "HIGH",
    next: [
      ["foothold", 0.6],
      ["climb", 0.2],
    ],
  },
  foothold: {
    classes: ["MALWARE_C2", "EXPLOIT"],
    rate: 0.4,
    minutes: 12,
    score: 0.85,
    severity: "CRITICAL",
    incident: true,
    next: [
      ["beacon", 0.6],
      ["drain", 0.3],
    ],
  },
  beacon: {
    classes: ["MALWARE_C2"],
    rate: 0.2,
    minutes: 30,
    score: 0.8,
    severity: "CRITICAL",
    incident: true,
    next: [
      ["beacon", 0.4],
      ["drain", 0.4],
    ],
  },
  drain: {
    classes: ["EXFILTRATION"],
    rate: 0.4,
    minutes: 15,
    score: 0.8,
    severity: "HIGH",
    incident: true,
    next: [["drain", 0.3]],
  },
};

/** Phases that lead to an incident. */
const TOWARDS: ReadonlySet<string> = new Set(["attack", "entry", "climb", "foothold", "beacon"]);

export const KINDS: readonly Kind[] = [
  { weight: 5, begins: "idle", inside: 0.9, earnest: 0 },
  { weight: 1.5, begins: "breaches", inside: 0.9, earnest: 0.05 },
  { weight: 1.5, begins: "mistakes", inside: 0.85, earnest: 0.03 },
  { weight: 3, begins: "scan", inside: 0.05, earnest: 0.25 },
  { weight: 2.5, begins: "guess", inside: 0.05, earnest: 0.3 },
  { weight: 1.2, begins: "scan", inside: 0.2, earnest: 1 },
  { weight: 0.7, begins: "attack", inside: 0.1, earnest: 1 },
  { weight: 0.3, begins: "entry", inside: 0.6, earnest: 1 },
  { weight: 0.3, begins: "climb", inside: 1, earnest: 0.5 },
];

/** What an entity did, and when an incident began by it, minutes from its first event. */
export interface Campaign {
  readonly traces: readonly Trace[];
  readonly inside: boolean;
  readonly incidents: readonly number[];
  readonly minutes: number;
}

/** The life of one entity. `haste` scales how long phases last. */
export function campaign(random: Random, kind: Kind, haste: number): Campaign {
  const traces: Trace[] = [];
  const incidents: number[] = [];
  const targets = random.whole(1, 12);
  let minute = 0;
  let name: string | undefined = kind.begins;
  for (let phases = 0; name !== undefined && phases < 12; phases++) {
    const phase: Phase = PHASES[name] as Phase;
    const end = minute + Math.max(1, -Math.log(1 - random.unit()) * phase.minutes * haste);
    if (phase.incident) incidents.push(minute);
    if (phase.enters) traces.push(trace(random, phase, minute, targets, true));
    for (; minute < end; minute++) {
      for (let left = random.poisson(phase.rate); left > 0; left--) {
        traces.push(trace(random, phase, minute + random.unit(), targets, false));
      }
    }
    name = following(random, phase, kind.earnest);
  }
  traces.sort((a, b) => a.at - b.at);
  return { traces, inside: random.chance(kind.inside), incidents, minutes: minute };
}

function following(random: Random, phase: Phase, earnest: number): string | undefined {
  let place = random.unit();
  for (const [name, probability] of phase.next) {
    place -= TOWARDS.has(name) ? probability * earnest : probability;
    if (place < 0) return name;
  }
  return undefined;
}

function trace(random: Random, phase: Phase, minute: number, targets: number, entered: boolean): Trace {
  // Layer 4 is wrong now and then.
  const name = random.chance(0.04) ? random.pick(["BENIGN", "RECON", "POLICY", "EXPLOIT"]) : random.pick(phase.classes);
  return {
    at: Math.round(minute * MINUTE),
    class: entered ? "BENIGN" : name,
    severity: phase.severity,
    score: Math.round(Math.max(0, Math.min(1, phase.score + 0.15 * random.normal())) * 1000) / 1000,
    target: random.chance(0.05) ? "" : `h${random.whole(1, targets)}`,
    entered,
  };
}
