import type { Model, Tenant } from "../model/types.ts";
import { planApi } from "./plan/api.ts";
import { planArchive } from "./plan/archive.ts";
import { planBus } from "./plan/bus.ts";
import { planChat } from "./plan/chat.ts";
import { planClaims } from "./plan/claims.ts";
import { planControl } from "./plan/control.ts";
import { planEngine } from "./plan/engine.ts";
import { planIngest } from "./plan/ingest.ts";
import { planJwt } from "./plan/jwt.ts";
import { planLogs } from "./plan/logs.ts";
import { planMonitoring } from "./plan/monitoring.ts";
import { planOwnLimits } from "./plan/own-limits.ts";
import type { Pair } from "./plan/pair.ts";
import { planPostgres } from "./plan/postgres.ts";
import { planQdrant } from "./plan/qdrant.ts";
import { planRedis } from "./plan/redis.ts";
import { planRowSecurity } from "./plan/row-security.ts";
import { planShrink } from "./plan/shrink.ts";
import type { Layer, Plan } from "./types.ts";

const PLANNERS = [
  planRedis,
  planPostgres,
  planRowSecurity,
  planQdrant,
  planApi,
  planJwt,
  planChat,
  planIngest,
  planShrink,
  planMonitoring,
  planControl,
  planLogs,
  planEngine,
  planArchive,
  planBus,
  planClaims,
] as const;

export interface PlanOptions {
  /** Only pairs with this tenant on either side. */
  readonly tenant?: string;
  /** Only attempts of these layers; default all. */
  readonly layers?: readonly Layer[];
  /** Eight hex digits that mark everything the run makes. */
  readonly nonce: string;
  /** Where each tenant's credentials are to be taken from. */
  sourcesOf(tenant: Tenant): Pair["sources"];
}

/** Every attempt for every ordered pair of tenants. Pure: the same model gives the same plan. */
export function planIsolation(model: Model, { tenant, layers, nonce, sourcesOf }: PlanOptions): Plan {
  const plans: Plan[] = [];
  for (const attacker of model.tenants) {
    const others = model.tenants.filter(
      (t) => t !== attacker && (!tenant || t.id === tenant || attacker.id === tenant),
    );
    for (const victim of others) {
      const pair: Pair = { model, victim, attacker, sources: sourcesOf(attacker), nonce };
      for (const plan of PLANNERS) plans.push(plan(pair));
    }
    const other = others[0];
    if (other && (!tenant || attacker.id === tenant)) plans.push(planOwnLimits(attacker, other, nonce));
  }
  return {
    attempts: plans.flatMap((p) => p.attempts).filter(({ layer }) => layers?.includes(layer) ?? true),
    setup: distinct(plans.flatMap((p) => p.setup)),
    teardown: distinct(plans.flatMap((p) => p.teardown)),
  };
}

/** Several attackers of one victim use the same fixture. */
function distinct<T>(probes: readonly T[]): T[] {
  return [...new Map(probes.map((p) => [JSON.stringify(p), p])).values()];
}
