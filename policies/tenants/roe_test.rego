package dsmil.roe_test

import data.dsmil.tenant

levels := ["ANALYSIS_ONLY", "SOC_ASSIST", "TRAINING"]

decided(asked, held) := verdict if {
	facts := {"id": "ALPHA", "roe_level": held}
	verdict := tenant.allow_roe with input as {"tenant": "ALPHA", "roe_level": asked} with data.tenant as facts
}

test_own_level_and_those_below if {
	pairs := [[asked, held] | some i, asked in levels; some j, held in levels; i <= j]
	count(pairs) == 6
	every pair in pairs {
		decided(pair[0], pair[1]) == {"allow": true, "reasons": ["roe_level_held"]}
	}
}

test_levels_above_are_refused if {
	pairs := [[asked, held] | some i, asked in levels; some j, held in levels; i > j]
	count(pairs) == 3
	every pair in pairs {
		decided(pair[0], pair[1]) == {"allow": false, "reasons": ["roe_level_exceeded"]}
	}
}

test_no_level if {
	every asked in ["", "soc_assist", "WAR", null, 1, 0, ["SOC_ASSIST"]] {
		decided(asked, "TRAINING") == {"allow": false, "reasons": ["roe_level_exceeded"]}
	}
}

test_a_level_that_is_none_contains_nothing if {
	every asked in ["WAR", "ANALYSIS_ONLY"] {
		decided(asked, "WAR") == {"allow": false, "reasons": ["roe_level_exceeded", "roe_level_unknown"]}
	}
}
