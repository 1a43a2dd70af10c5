package dsmil.action_test

import data.dsmil.tenant

facts(level, actions) := {"id": "ALPHA", "roe_level": level, "actions": actions}

decided(action, level, actions) := verdict if {
	request := {"tenant": "ALPHA", "action": action}
	verdict := tenant.allow_action with input as request with data.tenant as facts(level, actions)
}

test_listed_action if {
	decided("ISOLATE_HOST", "SOC_ASSIST", ["ISOLATE_HOST"]) == {"allow": true, "reasons": ["action_listed"]}
}

test_action_that_is_not_listed if {
	every action in tenant.known_actions - {"ISOLATE_HOST"} {
		expected := {"allow": false, "reasons": ["action_not_listed"]}
		decided(action, "SOC_ASSIST", ["ISOLATE_HOST"]) == expected
	}
}

test_empty_list if {
	every action in tenant.known_actions {
		decided(action, "TRAINING", []).allow == false
	}
}

# A list that says more than the level is a mistake: the level counts.
test_level_outweighs_the_list if {
	every action in tenant.known_actions - {"ALERT_ONLY"} {
		expected := {"allow": false, "reasons": ["action_beyond_roe_level"]}
		decided(action, "ANALYSIS_ONLY", tenant.known_actions) == expected
	}
	decided("ALERT_ONLY", "ANALYSIS_ONLY", ["ALERT_ONLY"]).allow == true
}

test_every_level_knows_its_actions if {
	every level in ["SOC_ASSIST", "TRAINING"] {
		every action in tenant.known_actions {
			decided(action, level, tenant.known_actions).allow == true
		}
	}
}

test_unknown_action_is_refused_even_when_listed if {
	every action in ["LAUNCH", "isolate_host", "ISOLATE_HOST ", "", null, ["ISOLATE_HOST"], {}] {
		verdict := decided(action, "SOC_ASSIST", [action, "ISOLATE_HOST"])
		verdict.allow == false
		"action_unknown" in verdict.reasons
	}
}

test_no_action if {
	verdict := tenant.allow_action with input as {"tenant": "ALPHA"}
		with data.tenant as facts("SOC_ASSIST", ["ISOLATE_HOST"])
	verdict == {"allow": false, "reasons": ["action_beyond_roe_level", "action_not_listed", "action_unknown"]}
}
