package dsmil.tool_test

import data.dsmil.tenant

decided(tool, tools) := verdict if {
	facts := {"id": "ALPHA", "roe_level": "SOC_ASSIST", "tools": tools}
	verdict := tenant.allow_tool with input as {"tenant": "ALPHA", "tool": tool} with data.tenant as facts
}

test_listed_tool if {
	decided("whois", ["whois", "dns_lookup"]) == {"allow": true, "reasons": ["tool_listed"]}
}

test_other_tools if {
	every tool in ["shell", "whois ", "WHOIS", "who", "", null, ["whois"]] {
		decided(tool, ["whois"]) == {"allow": false, "reasons": ["tool_not_listed"]}
	}
}

test_no_tools if {
	decided("whois", []) == {"allow": false, "reasons": ["tool_not_listed"]}
}
