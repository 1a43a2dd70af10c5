import { describeConflict, subnetConflicts } from "./conflicts.ts";
import { UNPRIVILEGED } from "./engine.ts";
import { type Facts, gatherFacts, type Intent } from "./facts.ts";

/** Something that stands in the way, and what to do about it. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
}

/** What a run would meet on this machine. */
export interface Preflight {
  /** Everything that stands in the way; empty: go on. */
  readonly problems: readonly Problem[];
  /** Debian packages that the run will install first (`ensurePackages`). */
  readonly packages: readonly string[];
  readonly facts: Facts;
}

/** Memory that three machines, the data services and a build take, bytes. */
const MEMORY_BYTES = 4 * 1024 ** 3;

/**
 * Looks at everything that could stop a run, before anything is changed; all problems at once.
 * @param intent without `lab`, the nodes are other machines
 */
export async function preflight(intent: Intent): Promise<Preflight> {
  const facts = await gatherFacts(intent);
  return { problems: findProblems(facts, intent), packages: facts.missingPackages, facts };
}

/** The problems in these facts; pure. */
export function findProblems(facts: Facts, intent: Pick<Intent, "lab">): Problem[] {
  return [
    ...systemProblems(facts),
    ...engineProblems(facts, intent),
    ...spaceProblems(facts),
    ...labProblems(facts, intent),
  ];
}

function systemProblems(facts: Facts): Problem[] {
  const problems: Problem[] = [];
  if (facts.platform !== "linux" || !["x64", "arm64"].includes(facts.arch)) {
    problems.push({
      what: `this system is not supported: ${facts.platform} on ${facts.arch}`,
      remedy: "use Linux on x86-64 or arm64, such as Debian 12 or Ubuntu 24.04 (a virtual machine does)",
    });
  } else if (!facts.debian && facts.missingCommands.length > 0) {
    problems.push({
      what: `${facts.system} is not Debian or Ubuntu, and these commands are missing: ${facts.missingCommands.join(", ")}`,
      remedy: "install them with the system's own package manager",
    });
  } else if (facts.missingPackages.length > 0 && !facts.root) {
    problems.push({
      what: `packages are missing, and only root may install them: ${facts.missingPackages.join(", ")}`,
      remedy: `sudo apt-get install ${facts.missingPackages.join(" ")}`,
    });
  }
  if (!facts.projectWritable) {
    problems.push({
      what: "this user may not write to the project folder (.dsmil/)",
      remedy: "give it to this user (chown -R), or work in a clone of your own",
    });
  }
  return problems;
}

function engineProblems(facts: Facts, intent: Pick<Intent, "lab">): Problem[] {
  const problems: Problem[] = [];
  if (facts.engine === undefined) {
    const why = facts.engineProblem ?? "no container engine is running";
    if (facts.dockerHost !== undefined) {
      problems.push({
        what: `DOCKER_HOST=${facts.dockerHost}: ${why}`,
        remedy: "start that engine, or unset DOCKER_HOST",
      });
    } else if (!facts.root) {
      problems.push({ what: why, remedy: UNPRIVILEGED });
    }
  }
  if (intent.lab === undefined) return problems;
  if (facts.engine?.rootless === true) {
    problems.push({
      what: "the container engine runs rootless, where machines with an engine of their own cannot run",
      remedy: "use the system's engine (unset DOCKER_HOST, docker context use default), or real nodes with --no-lab",
    });
  }
  if (facts.dockerHost !== undefined && !facts.dockerHost.startsWith("unix://")) {
    problems.push({
      what: `DOCKER_HOST=${facts.dockerHost} is another machine, from which the lab's machines cannot be reached`,
      remedy: "run this command there, or name that machine's nodes in the stack files and use --no-lab",
    });
  }
  return problems;
}

function spaceProblems(facts: Facts): Problem[] {
  const problems = facts.disks
    .filter((disk) => disk.freeBytes < disk.needBytes)
    .map((disk) => ({
      what: `${disk.path}: ${gib(disk.freeBytes)} free, ${gib(disk.needBytes)} needed`,
      remedy: "free some space (docker system prune removes what no container uses), or use a larger disk",
    }));
  if (facts.memoryBytes >= MEMORY_BYTES) return problems;
  const what = `${gib(facts.memoryBytes)} of memory, ${gib(MEMORY_BYTES)} needed`;
  return [...problems, { what, remedy: "use a machine with more memory" }];
}

function labProblems(facts: Facts, { lab }: Pick<Intent, "lab">): Problem[] {
  if (lab === undefined) return [];
  const split = (text: string): Problem => {
    const end = text.indexOf(". ");
    return end < 0 ? { what: text, remedy: "" } : { what: text.slice(0, end), remedy: text.slice(end + 2) };
  };
  return [
    ...subnetConflicts(lab.subnet, facts.usedSubnets).map((other) => split(describeConflict(lab, other))),
    ...facts.foreign.map(split),
  ];
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
