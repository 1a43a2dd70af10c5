/**
 * Everything about one schema as rows (kind, name, value). $1: schema, $2: its roles. Names leave the schema
 * out where it is the schema's own. Index scans only, so that the cost does not grow with the number of schemas.
 */
export const factsQuery = `
WITH
ns AS MATERIALIZED (SELECT * FROM pg_namespace WHERE nspname = $1),
ro AS MATERIALIZED (SELECT * FROM pg_authid WHERE rolname = ANY ($2::name[])),
obj AS MATERIALIZED (
  SELECT d.classid, d.objid FROM ns JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = ns.oid
),
rel AS MATERIALIZED (
  SELECT c.*, coalesce((
    SELECT o.relname FROM pg_depend d JOIN pg_class o ON o.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
      AND d.deptype IN ('i', 'a') AND c.relkind = 'S' LIMIT 1), c.relname) AS tab
  FROM obj JOIN pg_class c ON c.oid = obj.objid
  WHERE obj.classid = 'pg_class'::regclass AND c.relkind NOT IN ('i', 'I')
),
fn AS MATERIALIZED (
  SELECT p.*, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS signature
  FROM obj JOIN pg_proc p ON p.oid = obj.objid WHERE obj.classid = 'pg_proc'::regclass
),
own AS (SELECT oid, datname FROM pg_database WHERE datname = current_database()),
acl AS (
  SELECT 'SCHEMA' AS what, nspname::text AS shown, quote_ident(nspname) AS object, NULL::text AS tab, NULL::text AS col, a.*
  FROM ns, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
  UNION ALL
  SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname, format('%I.%I', $1::text, relname), tab, NULL, a.*
  FROM rel, aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
  WHERE relkind <> 'c'
  UNION ALL
  SELECT 'TABLE', relname, format('%I.%I', $1::text, relname), tab, attname, a.*
  FROM rel JOIN pg_attribute t ON t.attrelid = rel.oid, aclexplode(t.attacl) a
  WHERE t.attacl IS NOT NULL AND NOT t.attisdropped
  UNION ALL
  SELECT 'ROUTINE', signature,
    format('%I.%I(%s)', $1::text, proname, pg_get_function_identity_arguments(fn.oid)), NULL, NULL, a.*
  FROM fn, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
  UNION ALL
  SELECT 'DATABASE', d.datname, quote_ident(d.datname), NULL, NULL, a.*
  FROM pg_database d JOIN own USING (oid), aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  WHERE a.grantee = 0 OR a.grantee IN (SELECT oid FROM ro)
  UNION ALL
  SELECT 'SCHEMA', nspname, quote_ident(nspname), NULL, NULL, a.*
  FROM pg_namespace n, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
  WHERE nspname = 'public' AND (a.grantee = 0 OR a.grantee IN (SELECT oid FROM ro))
),
dep AS MATERIALIZED (
  SELECT ro.rolname, s.*, i.type, i.schema, i.identity, own.oid AS here, other.datname AS other
  FROM pg_shdepend s JOIN ro ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = ro.oid CROSS JOIN own
  LEFT JOIN pg_database other ON other.oid = s.dbid AND s.dbid <> own.oid
  LEFT JOIN LATERAL pg_identify_object(s.classid, s.objid, s.objsubid) i ON s.dbid IN (0, own.oid)
  WHERE s.classid <> 'pg_default_acl'::regclass
)
SELECT kind, name, value FROM (
  SELECT 'role' AS kind, rolname::text AS name, 0 AS ord, jsonb_build_object(
    'login', rolcanlogin, 'superuser', rolsuper, 'createdb', rolcreatedb, 'createrole', rolcreaterole,
    'inherit', rolinherit, 'replication', rolreplication, 'bypassrls', rolbypassrls,
    'connections', rolconnlimit, 'until', nullif(rolvaliduntil::text, 'infinity')) AS value FROM ro
  UNION ALL
  SELECT 'password', rolname, 0, jsonb_build_object('verifier', rolpassword) FROM ro
  UNION ALL
  SELECT 'setting', concat_ws(' ', ro.rolname, split_part(c, '=', 1), 'in ' || d.datname), 0, jsonb_build_object(
    'role', ro.rolname, 'parameter', split_part(c, '=', 1), 'database', d.datname,
    'value', substr(c, strpos(c, '=') + 1))
  FROM pg_db_role_setting s JOIN ro ON s.setrole = ro.oid LEFT JOIN pg_database d ON d.oid = s.setdatabase,
    unnest(s.setconfig) c
  UNION ALL
  SELECT 'member', format('%s in %s', m.rolname, g.rolname), 0,
    jsonb_build_object('member', m.rolname, 'role', g.rolname, 'admin', a.admin_option)
  FROM pg_auth_members a JOIN pg_authid m ON m.oid = a.member JOIN pg_authid g ON g.oid = a.roleid
  WHERE a.member IN (SELECT oid FROM ro) OR a.roleid IN (SELECT oid FROM ro)
  UNION ALL
  SELECT 'elsewhere', format('%s: %s', rolname, coalesce(type || ' ' || identity, 'database ' || other)), 0,
    jsonb_build_object('role', rolname, 'how', deptype, 'type', type, 'identity', identity, 'database', other)
  FROM dep
  WHERE NOT (dbid = here AND coalesce(schema, '') = $1)
    AND NOT (classid = 'pg_namespace'::regclass AND dbid = here AND (identity = quote_ident($1) OR identity = 'public'))
    AND NOT (classid = 'pg_database'::regclass AND objid = here)
    AND NOT (classid = 'pg_policy'::regclass AND objid IN (
      SELECT p.oid FROM pg_policy p WHERE p.polrelid IN (SELECT oid FROM rel)))
  UNION ALL
  SELECT 'schema', nspname, 0, jsonb_build_object(
    'owner', pg_get_userbyid(nspowner), 'comment', obj_description(oid, 'pg_namespace')) FROM ns
  UNION ALL
  SELECT 'relation', relname, 0, jsonb_build_object(
    'kind', relkind, 'table', tab, 'owner', pg_get_userbyid(relowner), 'rowSecurity', relrowsecurity, 'forced', relforcerowsecurity,
    'persistence', relpersistence, 'options', reloptions, 'partition', relispartition) FROM rel
  UNION ALL
  SELECT 'column', format('%s.%s', relname, attname), attnum, jsonb_build_object(
    'table', relname, 'column', attname, 'type', format_type(atttypid, atttypmod), 'notNull', attnotnull,
    'default', pg_get_expr(d.adbin, d.adrelid), 'identity', attidentity, 'generated', attgenerated)
  FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE relkind IN ('r', 'p')
  UNION ALL
  SELECT 'constraint', format('%s.%s', relname, conname), 0, jsonb_build_object(
    'table', relname, 'constraint', conname, 'definition', pg_get_constraintdef(c.oid), 'validated', convalidated)
  FROM rel JOIN pg_constraint c ON c.conrelid = rel.oid WHERE contype <> 't'
  UNION ALL
  SELECT 'index', format('%s.%s', rel.relname, ic.relname), 0, jsonb_build_object(
    'table', rel.relname, 'index', ic.relname, 'definition', pg_get_indexdef(x.indexrelid), 'valid', x.indisvalid)
  FROM rel JOIN pg_index x ON x.indrelid = rel.oid JOIN pg_class ic ON ic.oid = x.indexrelid
  WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.conrelid = rel.oid)
  UNION ALL
  SELECT 'policy', format('%s.%s', relname, polname), 0, jsonb_build_object(
    'table', relname, 'policy', polname, 'permissive', polpermissive, 'command', polcmd,
    'roles', (SELECT jsonb_agg(r ORDER BY r) FROM (
      SELECT CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o)::text END AS r FROM unnest(polroles) o) n),
    'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
  FROM rel JOIN pg_policy p ON p.polrelid = rel.oid
  UNION ALL
  SELECT 'trigger', format('%s.%s', relname, tgname), 0, jsonb_build_object(
    'table', relname, 'trigger', tgname, 'definition', pg_get_triggerdef(t.oid), 'enabled', tgenabled)
  FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid WHERE NOT tgisinternal
  UNION ALL
  SELECT 'rule', format('%s.%s', relname, rulename), 0, jsonb_build_object(
    'table', relname, 'rule', rulename, 'definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled)
  FROM rel JOIN pg_rewrite r ON r.ev_class = rel.oid WHERE rulename <> '_RETURN'
  UNION ALL
  SELECT 'function', signature, 0, jsonb_build_object(
    'object', format('%I.%I(%s)', $1::text, proname, pg_get_function_identity_arguments(fn.oid)),
    'owner', pg_get_userbyid(proowner),
    'definition', CASE WHEN prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(fn.oid) END) FROM fn
  UNION ALL
  SELECT 'type', typname, 0, jsonb_build_object('owner', pg_get_userbyid(typowner))
  FROM obj JOIN pg_type t ON t.oid = obj.objid
  WHERE obj.classid = 'pg_type'::regclass AND typtype IN ('d', 'e', 'r')
  UNION ALL
  SELECT 'grant', format('%s to %s: %s', concat_ws(' ', lower(what), shown || coalesce('.' || col, '')),
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END, privilege_type), 0,
    jsonb_build_object('what', what, 'object', object, 'table', tab, 'column', col,
      'grantee', CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END,
      'privilege', privilege_type, 'grantable', bool_or(is_grantable))
  FROM acl GROUP BY what, shown, object, tab, col, grantee, privilege_type
  UNION ALL
  SELECT 'default', format('%s of %s%s to %s: %s', defaclobjtype, pg_get_userbyid(defaclrole),
      ' in ' || n.nspname, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END, privilege_type), 0,
    jsonb_build_object('role', pg_get_userbyid(defaclrole), 'schema', n.nspname, 'objects', defaclobjtype,
      'grantee', CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END, 'privilege', privilege_type)
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = defaclnamespace, aclexplode(defaclacl) a
  WHERE a.grantee <> d.defaclrole AND (n.nspname = $1 OR a.grantee IN (SELECT oid FROM ro)
    OR d.defaclrole IN (SELECT oid FROM ro))
) facts ORDER BY kind, ord, name`;
