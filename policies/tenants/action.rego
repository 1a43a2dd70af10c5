package dsmil.tenant

known_actions := {
	"ALERT_ONLY",
	"BLOCK_DOMAIN",
	"BLOCK_IP",
	"DISABLE_ACCOUNT",
	"ISOLATE_HOST",
	"KILL_PROCESS",
	"QUARANTINE_FILE",
}

# Proposals the level allows at all, whatever the tenant's list says.
actions_of_level := {
	"ANALYSIS_ONLY": {"ALERT_ONLY"},
	"SOC_ASSIST": known_actions,
	"TRAINING": known_actions,
}

# METADATA
# description: May this action be proposed? A proposal is never an order to execute.
# entrypoint: true
allow_action := verdict(base | action_refusals, action_grounds)

action_refusals contains "action_unknown" if not action_known

action_refusals contains "action_not_listed" if not action_listed

action_refusals contains "action_beyond_roe_level" if not action_of_level

action_grounds contains "action_listed" if action_listed

action_known if input.action in known_actions

action_listed if input.action in data.tenant.actions

action_of_level if input.action in actions_of_level[data.tenant.roe_level]
