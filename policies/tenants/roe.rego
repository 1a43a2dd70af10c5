package dsmil.tenant

# Lowest first: a level contains those before it. The gateways of the bus hold requests against the same order
# (ROE_LEVELS, docs/dbe.md); a test keeps the two equal.
roe_levels := ["ANALYSIS_ONLY", "SOC_ASSIST", "TRAINING"]

roe_rank[level] := rank if some rank, level in roe_levels

# METADATA
# description: Does the tenant's level contain the one that a request works under?
# entrypoint: true
allow_roe := verdict(base | roe_refusals, roe_grounds)

roe_refusals contains "roe_level_exceeded" if not roe_level_held

roe_grounds contains "roe_level_held" if roe_level_held

roe_level_held if roe_rank[input.roe_level] <= roe_rank[data.tenant.roe_level]
