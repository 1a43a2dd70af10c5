// Package shim opens the door of the upstream TLS provider: its constructor is in an internal package, which Go
// lets only packages below the same import path use.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	upstream "github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// Provider returns the upstream TLS provider.
func Provider() provider.Provider { return upstream.New() }
