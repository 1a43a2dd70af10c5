/** Groups of the organisation's identity provider, and what their members are in Grafana. */
export interface Roles {
  readonly admins: readonly string[];
  readonly viewers: readonly string[];
}

/**
 * Text of grafana.ini: people come from the organisation's identity provider, and who is in none of the groups is not let
 * in. The provider's addresses, client id and secret come from the environment (GF_AUTH_GENERIC_OAUTH_…).
 */
export function grafanaIni({ admins, viewers }: Roles): string {
  const rules = [...admins.map((group) => rule(group, "Admin")), ...viewers.map((group) => rule(group, "Viewer"))];
  return `# Made by dsmil: edit the manifest, not this file.
[security]
disable_initial_admin_creation = true
cookie_secure = true
cookie_samesite = strict

[auth]
disable_login_form = true

[auth.anonymous]
enabled = false

[auth.basic]
enabled = false

[auth.generic_oauth]
enabled = true
allow_sign_up = true
scopes = openid profile groups
role_attribute_path = ${rules.join(" || ")}
role_attribute_strict = true
allow_assign_grafana_admin = false

[users]
allow_sign_up = false
allow_org_create = false
viewers_can_edit = false

[snapshots]
external_enabled = false

[public_dashboards]
enabled = false

[unified_alerting]
enabled = false

[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false

[news]
news_feed_enabled = false
`;
}

/** JMESPath over what the identity provider says of a person. */
function rule(group: string, role: "Admin" | "Viewer"): string {
  return `contains(groups[*], '${group}') && '${role}'`;
}
