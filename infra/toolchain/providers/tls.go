package main

import (
	tls "github.com/hashicorp/terraform-provider-tls/shim"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

// tlsInfo maps the upstream TLS provider to @pulumi/tls.
func tlsInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		Name:                           "tls",
		P:                              pf.ShimProvider(tls.Provider()),
		EnableZeroDefaultSchemaVersion: true, // states written before upstream numbered its schemas
		EnableAccurateBridgePreview:    true,
	}
	info.MustComputeTokens(tokens.SingleModule("tls_", "index", tokens.MakeStandard("tls")))
	return info
}
