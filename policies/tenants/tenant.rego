# METADATA
# scope: package
# description: |
#   What one tenant may do. The rules are the same for all; `data.tenant` is that of one.
#
#   Every decision is an object {"allow": bool, "reasons": [code, …]}: codes of what forbids, or, where nothing does, of
#   what allows. Each is an entrypoint of the compiled module and holds for any input at all: what is not understood is
#   refused, never undefined. docs/policy.md lists inputs and codes.
#
#   A refusal negates a rule of its own, never an expression: `not input.x in y` is undefined, not true, where there is no
#   input.x, since the compiler evaluates the operand before the negation.
# schemas:
#   - input: schema.input
#   - data.tenant: schema.tenant
package dsmil.tenant

# Codes that refuse every decision.
base contains "input_not_an_object" if not is_object(input)

base contains "other_tenant" if not own_tenant

# A bundle without the rules of engagement of its tenant allows nothing.
base contains "roe_level_unknown" if not known_level

own_tenant if input.tenant == data.tenant.id

known_level if data.tenant.roe_level in roe_levels

# Refusals outweigh whatever would allow, and no refusal is not yet a reason to allow.
verdict(refusals, _) := {"allow": false, "reasons": sort(refusals)} if count(refusals) > 0

verdict(refusals, grounds) := {"allow": true, "reasons": sort(grounds)} if {
	count(refusals) == 0
	count(grounds) > 0
}

verdict(refusals, grounds) := {"allow": false, "reasons": ["nothing_allows"]} if {
	count(refusals) == 0
	count(grounds) == 0
}
