import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../../images/runtime/devices.ts";
import type { Container } from "../../model/types.ts";
import type { Attempt, ClaimIdentity, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

/** A question to a device of the victim that changes nothing there, and what comes back when it gets through. */
interface Question {
  readonly name: string;
  readonly type: number;
  readonly destination: number;
  readonly payload: string;
  readonly answer: string;
}

const QUESTIONS: readonly Question[] = [
  // A question that is none is refused by the device, before it decides on anything: that is how its answer is known.
  {
    name: "L7_SERVICE_REQ (documents)",
    type: TYPES.L7_SERVICE_REQ,
    destination: 50,
    payload: "{}",
    answer: "MALFORMED",
  },
  { name: "L7_SERVICE_REQ (agent)", type: TYPES.L7_SERVICE_REQ, destination: 48, payload: "{}", answer: "MALFORMED" },
  { name: "L9_COA_REQ", type: TYPES.L9_COA_REQ, destination: 59, payload: "{}", answer: "MALFORMED" },
  { name: "L9_COA_REQ (strategy)", type: TYPES.L9_COA_REQ, destination: 60, payload: "{}", answer: "MALFORMED" },
  { name: "L9_COA_REQ (coalition)", type: TYPES.L9_COA_REQ, destination: 62, payload: "{}", answer: "MALFORMED" },
  {
    ...{ name: "L9_STOP_REQ", type: TYPES.L9_STOP_REQ, destination: 61, answer: "L9_STOP_RESP" },
    payload: JSON.stringify({ order: "state" }),
  },
  // A shared service: it answers in the name that the message has, and only if the claim is of the same tenant.
  {
    name: "L7_SERVICE_REQ (perception)",
    type: TYPES.L7_SERVICE_REQ,
    destination: 45,
    payload: "{}",
    answer: "MALFORMED",
  },
];

/** What a claim of the attacker's is worth for a message of the victim's, where a container may speak for both. */
export function planClaims({ model, victim, attacker }: Pair): Plan {
  const routers = model.containers.filter(
    (c) =>
      c.device === DEVICES.l7Router && c.tenant === undefined && c.mounts.some(({ target }) => target === "/run/dbe"),
  );
  // A container is asked one thing at a time: the tenants' attempts are shared out.
  const from = routers[model.tenants.indexOf(attacker) % routers.length];
  if (from === undefined) return { attempts: [], setup: [], teardown: [] };
  const claims: readonly (readonly [string, ClaimIdentity, string])[] = [
    [`a claim of ${attacker.id}`, { signer: attacker.id, names: attacker.id }, "INVALID_CLAIM_TOKEN"],
    [
      `a claim naming ${victim.id}, signed by ${attacker.id}`,
      { signer: attacker.id, names: victim.id },
      "INVALID_CLAIM_TOKEN",
    ],
    ["no claim", "none", "MISSING_CLAIM_TOKEN"],
  ];
  const there = QUESTIONS.filter(({ destination }) =>
    model.containers.some((c) => (c.tenant === victim.id || c.tenant === undefined) && c.device === destination),
  );
  const attempts = there.flatMap((question) =>
    claims.map(([credential, claim, refusal]): Attempt => {
      const what = `${question.name} of ${victim.prefix} with ${credential}`;
      return {
        id: `bus/${attacker.id}→${victim.id}/${what}`,
        layer: "bus",
        victim: victim.id,
        attacker: attacker.id,
        credential,
        what,
        attack: ask(from, question, victim.prefix, claim),
        refusals: [refusal],
        leaks: [question.answer],
        control: ask(from, question, victim.prefix, { signer: victim.id, names: victim.id }),
        works: [question.answer],
        remedy: `the gateways take a claim that is not ${victim.id}'s: see \`bin/dsmil audit list\`, compare the tenants' certificates in policy.json on the nodes, and run \`bin/dsmil up\``,
      };
    }),
  );
  return { attempts, setup: [], teardown: [] };
}

function ask({ node, name }: Container, question: Question, tenant: string, claim: ClaimIdentity): Probe {
  const { type, destination, payload } = question;
  return { kind: "claim", node, container: name, source: DEVICES.l7Router, type, destination, tenant, claim, payload };
}
