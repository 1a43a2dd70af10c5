// Package shim opens the door of the upstream Docker provider: its constructor is in an internal package, which Go
// lets only packages below the same import path use.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Provider returns the upstream Docker provider.
func Provider() *schema.Provider { return provider.New("dsmil")() }
