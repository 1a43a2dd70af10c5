package main

import (
	"context"
	"errors"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	random "github.com/terraform-providers/terraform-provider-random/shim"
)

// randomInfo maps the upstream random provider to @pulumi/random, where random_password is RandomPassword.
func randomInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		Name: "random",
		P:    pf.ShimProvider(random.Provider()),
		Resources: map[string]*tfbridge.ResourceInfo{
			"random_bytes": {ComputeID: bytesID}, // the one upstream resource without an id of its own
		},
		EnableAccurateBridgePreview: true,
	}
	standard := tokens.MakeStandard("random")
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return standard(module, "Random"+name)
	}))
	return info
}

// bytesID takes the id from the bytes, as the official plugin does. An id cannot carry a secret's mark.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	value := state["base64"]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	if !value.IsString() {
		return "", errors.New("random_bytes: no base64 property in the state")
	}
	return resource.ID(value.StringValue()), nil
}
