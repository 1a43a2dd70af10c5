package dsmil.tenant

# METADATA
# description: May the tenant see what is in all of these compartments?
# entrypoint: true
allow_compartment := verdict(base | compartment_refusals, compartment_grounds)

compartment_refusals contains "compartments_not_named" if not compartments_named

compartment_refusals contains "compartment_not_held" if {
	compartments_named
	not compartments_held
}

compartment_grounds contains "compartments_held" if compartments_held

compartments_named if {
	is_array(input.compartments)
	count(input.compartments) > 0
}

compartments_held if {
	compartments_named
	every compartment in input.compartments {
		compartment in data.tenant.compartments
	}
}
