package dsmil.tenant

# METADATA
# description: >-
#   Does a request work under the tenant's own level? No level contains another: an exercise must not pass for an
#   operation, nor an operation for an analysis.
# entrypoint: true
allow_roe := verdict(base | roe_refusals, roe_grounds)

roe_refusals contains "roe_level_differs" if not roe_level_held

roe_grounds contains "roe_level_held" if roe_level_held

roe_level_held if input.roe_level == data.tenant.roe_level
