import type { Model } from "../../../infra/model/types.ts";
import { renderHaproxyConf } from "../../../infra/render/haproxy-conf.ts";
import { renderPgHba } from "../../../infra/render/pg-hba.ts";
import { renderPostgresConf } from "../../../infra/render/postgres-conf.ts";
import { renderRedisConf } from "../../../infra/render/redis-conf.ts";
import { GOOD, modelOf } from "../model/fixture.ts";

/** Every rendered file of a model, by name. */
export function renderAll(model: Model = modelOf(GOOD)): Record<string, string> {
  return {
    "redis.conf": renderRedisConf(model),
    "postgresql.conf": renderPostgresConf(model),
    "pg_hba.conf": renderPgHba(model),
    "haproxy.cfg": renderHaproxyConf(model),
  };
}
