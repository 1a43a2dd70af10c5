/**
 * The six tables of the hot path (Phase 1/2F), each with the tenant. `ts` is milliseconds since 1970. Rows of
 * layer_state and device_status are the present; the others are kept as HISTORY says. Rows are
 * appended: an index over random ids in every table would cost more than all the rest.
 */
export const HOTPATH_SCHEMA = `
create table if not exists raw_events_fast (
  id integer primary key, event_id text not null, tenant_id text not null, ts integer not null,
  device_id integer not null, layer integer not null, source text not null, compartment text not null,
  category text not null, severity text not null, payload text not null
);
create index if not exists raw_events_fast_ts on raw_events_fast (ts);
create table if not exists model_outputs_fast (
  id integer primary key, event_id text not null, tenant_id text not null, ts integer not null,
  device_id integer not null, layer integer not null, label text not null, score real not null, output text not null
);
create index if not exists model_outputs_fast_ts on model_outputs_fast (ts);
create table if not exists layer_state (
  tenant_id text not null, layer integer not null, ts integer not null, events integer not null,
  primary key (tenant_id, layer)
) without rowid;
create table if not exists device_status (
  tenant_id text not null, device_id integer not null, ts integer not null, layer integer not null,
  token_id_base integer not null, status text not null, detail text not null,
  primary key (tenant_id, device_id)
) without rowid;
create table if not exists soc_events_cache (
  event_id text primary key, tenant_id text not null, ts integer not null, category text not null,
  severity text not null, l4_class text, complete integer not null, event text not null
);
create index if not exists soc_events_cache_ts on soc_events_cache (ts);
create table if not exists shrink_metrics (
  tenant_id text not null, ts integer not null, risk_acute_stress real not null, crisis_level real not null,
  lbi_hyperfocus_density real not null, sentiment_score real not null, entropy real not null,
  primary key (tenant_id, ts)
) without rowid;
`;

/** Tables that hold history and for which retention they are kept. */
export const HISTORY = [
  { table: "raw_events_fast", kept: "hot" },
  { table: "model_outputs_fast", kept: "hot" },
  { table: "shrink_metrics", kept: "hot" },
  { table: "soc_events_cache", kept: "soc" },
] as const;
