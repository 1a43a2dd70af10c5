import type { Tenant } from "../../model/types.ts";
import type { Attempt, Plan, Probe, ServiceIdentity } from "../types.ts";
import { foreignTokens } from "./foreign-tokens.ts";
import type { Pair } from "./pair.ts";

type Call = Omit<Extract<Probe, { kind: "service" }>, "kind" | "server" | "as">;
/** An attempt's own part: who asks for what, by what it is refused, and by whom the same may be asked. */
interface Try extends Pick<Attempt, "refusals" | "leaks" | "works" | "credential"> {
  readonly what: string;
  readonly as: ServiceIdentity;
  readonly call: Call;
  readonly friend: ServiceIdentity;
  readonly owner?: Call;
}

/** What somebody learns of another tenant's log lines in Loki, and can put among them. No attempt sends a line. */
export function planLogs(pair: Pair): Plan {
  const { model, victim, attacker } = pair;
  if (!model.logs.loki) return { attempts: [], setup: [], teardown: [] };
  const attempts = [...withOwnToken(pair), ...asStranger(pair), ...asNode(pair)].map(
    ({ what, as, call, friend, owner = call, ...one }): Attempt => ({
      id: `logs/${attacker.id}→${victim.id}/${what} with ${one.credential}`,
      layer: "logs",
      victim: victim.id,
      attacker: attacker.id,
      what: `${what} with ${one.credential}`,
      attack: { kind: "service", server: "loki", as, ...call },
      control: { kind: "service", server: "loki", as: friend, ...owner },
      remedy: `the log gate shows ${victim.id}'s lines to others: \`bin/dsmil up\` lays the tokens' digests and certificates again`,
      ...one,
    }),
  );
  return { attempts, setup: [], teardown: [] };
}

const get = (path: string, seeks?: string, headers?: Call["headers"]): Call => ({
  method: "GET",
  path: `/loki/api/v1/${path}`,
  ...(seeks !== undefined && { seeks }),
  ...(headers && { headers }),
});
/** Without a line, so that nothing is stored: who is let through is told that it is no push. */
const PUSH: Call = { method: "POST", path: "/loki/api/v1/push", headers: { "content-type": "application/json" } };
const PUSHED = ["400 invalid_push", "400 fst_err_ctp_empty_json_body"];

/** Lines of a tenant that Loki has, of the last day: at least as long as any are kept. */
const counting = ({ id }: Tenant): string =>
  `query?query=${encodeURIComponent(`count_over_time({tenant="${id}"}[24h])`)}`;

/** A tenant's own token is good here: it must show that tenant's lines and no others. */
function withOwnToken({ victim, attacker }: Pair): Try[] {
  const common = {
    as: { tenant: attacker.id, token: "logs" } as const,
    credential: `the logs token of ${attacker.id}`,
    friend: { tenant: victim.id, token: "logs" } as const,
  };
  const seeks = `"tenant":"${victim.id}"`;
  const unseen = { ...common, refusals: ["not_listed"], leaks: ["listed"], works: ["listed"] };
  const query = get(counting(victim), seeks);
  const scoped = (scope: string) => ({ ...query, headers: { "x-scope-orgid": scope } });
  const named = (tenant: string) => get(counting(victim), undefined, { "x-dsmil-tenant": tenant });
  const mismatch = { ...common, refusals: ["403 tenant_mismatch"], works: ["200"], friend: "log-operator" as const };
  const owner = named(victim.id);
  return [
    { ...unseen, what: "lines by a query", call: query },
    { ...unseen, what: "lines by Loki's header", call: scoped(victim.id), owner: query },
    { ...unseen, what: "lines of both by Loki's header", call: scoped(`${attacker.id}|${victim.id}`), owner: query },
    { ...unseen, what: "values of a label", call: get("label/tenant/values", `"${victim.id}"`) },
    { ...unseen, what: "series", call: get(`series?match[]=${encodeURIComponent(`{tenant="${victim.id}"}`)}`, seeks) },
    { ...mismatch, what: "lines by the gate's header", call: owner },
    { ...mismatch, what: "lines of both by the gate's header", call: named(`${attacker.id}|${victim.id}`), owner },
  ];
}

function asStranger({ victim, attacker }: Pair): Try[] {
  const [own, ...others] = foreignTokens("logs", attacker, victim);
  const push = { call: PUSH, friend: "log-shipper" as const, leaks: ["204", ...PUSHED], works: PUSHED };
  const query = { call: get(counting(victim)), friend: { tenant: victim.id, token: "logs" } as const, works: ["200"] };
  return [
    ...(own ? [{ ...push, ...own, what: "send lines", refusals: ["403 forbidden"] }] : []),
    ...others.flatMap((other): Try[] => [
      { ...query, ...other, what: "lines by a query", refusals: ["401 unauthorized"], leaks: [] },
      { ...push, ...other, what: "send lines", refusals: ["401 unauthorized"] },
    ]),
  ];
}

/** What a node has: its shipper may send and not ask, its gateway of the bus neither. */
function asNode({ model, victim }: Pair): Try[] {
  const node = model.nodes.find(({ role }) => role !== "data")?.id;
  if (node === undefined) return [];
  const query = {
    ...{ call: get(counting(victim)), works: ["200"], leaks: [], what: "lines by a query" },
    friend: { tenant: victim.id, token: "logs" } as const,
  };
  return [
    { ...query, as: "log-shipper", credential: "the certificate of a shipper", refusals: ["403 forbidden"] },
    { ...query, as: { certificate: node }, credential: `the certificate of ${node}`, refusals: ["401 unauthorized"] },
  ];
}
