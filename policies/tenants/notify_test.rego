package dsmil.notify_test

import data.dsmil.tenant

email := {"channel": "email", "target": "soc@alpha.example"}

hook := {"channel": "webhook", "target": "https://soc.alpha.example/in"}

decided(request, listed) := verdict if {
	facts := {"id": "ALPHA", "roe_level": "ANALYSIS_ONLY", "notify": listed}
	verdict := tenant.notify with input as request with data.tenant as facts
}

test_all_channels_in_their_order if {
	decided({"tenant": "ALPHA"}, [hook, email]) == {
		"allow": true,
		"reasons": ["channel_listed"],
		"channels": [hook, email],
	}
}

test_one_channel if {
	decided({"tenant": "ALPHA", "channel": "email"}, [hook, email]).channels == [email]
}

test_channel_that_is_not_listed if {
	every channel in ["webhook", "sms", "", null, 1] {
		expected := {"allow": false, "reasons": ["channel_not_listed"], "channels": []}
		decided({"tenant": "ALPHA", "channel": channel}, [email]) == expected
	}
}

test_no_channels if {
	decided({"tenant": "ALPHA"}, []).allow == false
}

test_targets_are_not_told_to_others if {
	decided({"tenant": "BRAVO"}, [hook, email]) == {"allow": false, "reasons": ["other_tenant"], "channels": []}
}
