package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	pulumitokens "github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	docker "github.com/terraform-providers/terraform-provider-docker/shim"
)

// dockerInfo maps the upstream Docker provider to @pulumi/docker. Only names that differ from the bridge's own rule
// (docker_some_thing → SomeThing, plural lists, singular blocks) are written down.
func dockerInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		Name: "docker",
		P:    sdkv2.NewProvider(docker.Provider()),
		Config: map[string]*tfbridge.SchemaInfo{
			"host":          {Default: &tfbridge.DefaultInfo{EnvVars: []string{"DOCKER_HOST"}, ComputeDefault: localEngine}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config": {Tok: dockerResource("ServiceConfig")},
			"docker_container": {
				Tok: dockerResource("Container"),
				// A container's name and ports are the node's: the old one has to go before the new one comes.
				DeleteBeforeReplace: true,
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           {Name: "command"},
					"networks_advanced": {Name: "networksAdvanced"},
				},
			},
			"docker_image": {
				Tok: dockerResource("RemoteImage"),
				// The name is a reference to something that exists: it has to be given, and is never generated.
				Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}},
			},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image": {Tok: tfbridge.MakeDataSource("docker", "index", "getRemoteImage")},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	info.SetAutonaming(255, "-")
	return info
}

func dockerResource(name string) pulumitokens.Type {
	return tfbridge.MakeResource("docker", "index", name)
}

func localEngine(context.Context, tfbridge.ComputeDefaultOptions) (any, error) {
	return "unix:///var/run/docker.sock", nil
}
