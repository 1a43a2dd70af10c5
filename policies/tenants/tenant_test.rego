package dsmil.tenant_test

import data.dsmil.tenant

alpha := {
	"id": "ALPHA",
	"roe_level": "SOC_ASSIST",
	"actions": ["ISOLATE_HOST", "BLOCK_DOMAIN"],
	"compartments": ["SIGNALS", "SOC"],
	"tools": ["whois"],
	"notify": [{"channel": "email", "target": "soc@alpha.example"}],
}

# What each decision allows ALPHA, without the tenant.
good := {
	"allow_action": {"action": "ISOLATE_HOST"},
	"allow_tool": {"tool": "whois"},
	"allow_compartment": {"compartments": ["SOC"]},
	"allow_roe": {"roe_level": "SOC_ASSIST"},
	"notify": {},
}

decided(decision, request, facts) := verdict if {
	verdict := tenant[decision] with input as request with data.tenant as facts
}

asked(decision, tenant_id) := object.union(good[decision], {"tenant": tenant_id})

test_own_tenant_is_allowed if {
	every decision, _ in good {
		decided(decision, asked(decision, "ALPHA"), alpha).allow == true
	}
}

test_other_tenant_is_refused if {
	every decision, _ in good {
		every name in ["BRAVO", "alpha", "", "ALPHA ", null, 1, ["ALPHA"]] {
			verdict := decided(decision, asked(decision, name), alpha)
			verdict.allow == false
			verdict.reasons == ["other_tenant"]
		}
	}
}

test_a_request_without_a_tenant_is_refused if {
	every decision, request in good {
		decided(decision, request, alpha).reasons == ["other_tenant"]
	}
}

# Whatever comes in, there is a decision, and it refuses.
test_any_input_is_decided if {
	odd := [null, true, 0, "", "ALPHA", [], ["ALPHA"], {}, {"tenant": {"tenant": "ALPHA"}}]
	every decision, _ in good {
		every request in odd {
			verdict := decided(decision, request, alpha)
			verdict.allow == false
			count(verdict.reasons) > 0
		}
	}
}

test_what_is_no_object_is_named if {
	decided("allow_tool", "ALPHA", alpha).reasons == ["input_not_an_object", "other_tenant", "tool_not_listed"]
}

# Rules that are there without the data of a tenant, or with that of a newer version, allow nothing.
test_without_data_nothing_is_allowed if {
	every decision, _ in good {
		verdict := decided(decision, asked(decision, "ALPHA"), {})
		verdict.allow == false
		"roe_level_unknown" in verdict.reasons
	}
}

test_unknown_level_allows_nothing if {
	facts := object.union(alpha, {"roe_level": "WAR"})
	every decision, _ in good {
		verdict := decided(decision, asked(decision, "ALPHA"), facts)
		verdict.allow == false
		"roe_level_unknown" in verdict.reasons
	}
}

test_a_refusal_outweighs_grounds if {
	tenant.verdict({"no"}, {"yes"}) == {"allow": false, "reasons": ["no"]}
}

test_grounds_are_needed if {
	tenant.verdict(set(), set()) == {"allow": false, "reasons": ["nothing_allows"]}
	tenant.verdict(set(), {"b", "a"}) == {"allow": true, "reasons": ["a", "b"]}
}
