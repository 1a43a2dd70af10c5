package dsmil.tenant

# METADATA
# description: May an agent of the tenant call this tool?
# entrypoint: true
allow_tool := verdict(base | tool_refusals, tool_grounds)

tool_refusals contains "tool_not_listed" if not tool_listed

tool_grounds contains "tool_listed" if tool_listed

tool_listed if input.tool in data.tenant.tools
