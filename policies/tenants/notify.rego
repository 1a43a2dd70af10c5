package dsmil.tenant

# METADATA
# description: Where may the tenant be told? Without `channel`, wherever it listens.
# entrypoint: true
notify := object.union(notify_verdict, {"channels": notify_channels})

notify_verdict := verdict(base | notify_refusals, notify_grounds)

notify_refusals contains "channel_not_listed" if not channel_listed

notify_grounds contains "channel_listed" if channel_listed

channel_listed if count(wanted_channels) > 0

wanted_channels := [entry |
	some entry in data.tenant.notify
	entry.channel == object.get(input, "channel", entry.channel)
]

default notify_channels := []

notify_channels := wanted_channels if notify_verdict.allow
