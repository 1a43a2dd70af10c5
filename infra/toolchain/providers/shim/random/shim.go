// Package shim opens the door of the upstream random provider: its constructor is in an internal package, which Go
// lets only packages below the same import path use.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	upstream "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// Provider returns the upstream random provider.
func Provider() provider.Provider { return upstream.New() }
