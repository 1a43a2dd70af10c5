/** DDL of one tenant's archive: tables, roles, forced row level security, purge function. */
export function tenantSchema(tenant: string, appPassword: string): string {
  const schema = `dsmil_${tenant}`;
  const owner = `${schema}_owner`;
  const app = `${tenant}_app`;
  const id = tenant.toUpperCase();
  const tenantColumn = `tenant_id text not null default '${id}' check (tenant_id = '${id}')`;
  const secured = ["events", "rejects"]
    .map(
      (table) => `
    alter table ${schema}.${table} owner to ${owner};
    alter table ${schema}.${table} enable row level security;
    alter table ${schema}.${table} force row level security;
    create policy tenant on ${schema}.${table} using (tenant_id = '${id}' and
      (select current_user) in ('${app}', '${owner}')) with check (tenant_id = '${id}');`,
    )
    .join("");
  return `
    create role ${owner} nologin;
    create role ${app} login password '${appPassword}';
    create schema ${schema} authorization ${owner};
    create table ${schema}.events (
      event_id uuid primary key, ${tenantColumn}, ts timestamptz not null, received_at timestamptz not null,
      source text not null, category text not null,
      severity text not null check (severity in ('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
      l3 jsonb, l4 jsonb, l8 jsonb, raw jsonb not null, archived_at timestamptz not null default now());
    create index on ${schema}.events (tenant_id, ts desc);
    create table ${schema}.rejects (
      reject_id uuid primary key, ${tenantColumn}, source text, line text, reason text, received_at timestamptz,
      archived_at timestamptz not null default now());
    ${secured}
    create function ${schema}.purge_events() returns bigint language sql security definer
      set search_path = pg_catalog as $$
        with gone as (delete from ${schema}.events where archived_at < now() - interval '90 days' returning 1)
        select count(*) from gone $$;
    alter function ${schema}.purge_events() owner to ${owner};
    grant usage on schema ${schema} to ${app};
    grant select, insert, update on ${schema}.events to ${app};
    grant select, insert on ${schema}.rejects to ${app};
    grant execute on function ${schema}.purge_events() to ${app};`;
}
