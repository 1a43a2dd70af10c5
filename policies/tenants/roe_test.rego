package dsmil.roe_test

import data.dsmil.tenant

levels := ["ANALYSIS_ONLY", "SOC_ASSIST", "TRAINING"]

decided(asked, held) := verdict if {
	facts := {"id": "ALPHA", "roe_level": held}
	verdict := tenant.allow_roe with input as {"tenant": "ALPHA", "roe_level": asked} with data.tenant as facts
}

test_own_level if {
	every level in levels {
		decided(level, level) == {"allow": true, "reasons": ["roe_level_held"]}
	}
}

test_no_level_contains_another if {
	pairs := [[asked, held] | some asked in levels; some held in levels; asked != held]
	count(pairs) == 6
	every pair in pairs {
		decided(pair[0], pair[1]) == {"allow": false, "reasons": ["roe_level_differs"]}
	}
}

test_no_level if {
	every asked in ["", "soc_assist", null, 1] {
		decided(asked, "SOC_ASSIST") == {"allow": false, "reasons": ["roe_level_differs"]}
	}
}

test_a_level_that_is_none_is_not_held if {
	decided("WAR", "WAR") == {"allow": false, "reasons": ["roe_level_unknown"]}
}
