package dsmil.compartment_test

import data.dsmil.tenant

decided(compartments) := verdict if {
	facts := {"id": "ALPHA", "roe_level": "SOC_ASSIST", "compartments": ["SIGNALS", "SOC"]}
	request := {"tenant": "ALPHA", "compartments": compartments}
	verdict := tenant.allow_compartment with input as request with data.tenant as facts
}

test_held_compartments if {
	every compartments in [["SOC"], ["SIGNALS"], ["SOC", "SIGNALS"], ["SOC", "SOC"]] {
		decided(compartments) == {"allow": true, "reasons": ["compartments_held"]}
	}
}

test_one_that_is_not_held_refuses_all if {
	every compartments in [["CRYPTO"], ["SOC", "CRYPTO"], ["CRYPTO", "SOC"], ["soc"], ["SOC", null], [["SOC"]]] {
		decided(compartments) == {"allow": false, "reasons": ["compartment_not_held"]}
	}
}

test_they_have_to_be_named if {
	every compartments in [[], "SOC", null, 1] {
		decided(compartments) == {"allow": false, "reasons": ["compartments_not_named"]}
	}
}

# An object's values are members too: only a list names compartments.
test_an_object_names_none if {
	decided({"a": "SOC"}) == {"allow": false, "reasons": ["compartments_not_named"]}
}
