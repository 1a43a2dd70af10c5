// Command providers serves the Pulumi resource plugins docker, random and tls from one binary. The name it is started
// by (pulumi-resource-docker and so on, hard links of one file) picks the plugin.
//
// The plugins are the upstream Terraform providers behind Pulumi's Terraform bridge, as in the official releases, for
// sites that reach the Go module proxy but not Pulumi's download server.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

// plugin is one resource plugin of this binary.
type plugin struct {
	// version is that of the npm SDK the plugin serves; the engine asks for exactly this one.
	version string
	// framework tells a provider on Terraform's plugin framework from one on the older SDK.
	framework bool
	info      func() tfbridge.ProviderInfo
}

var plugins = map[string]plugin{
	"docker": {version: "5.2.0", info: dockerInfo},
	"random": {version: "4.21.2", framework: true, info: randomInfo},
	"tls":    {version: "5.6.1", framework: true, info: tlsInfo},
}

func main() {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "pulumi-resource-")
	p, ok := plugins[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s: start this as pulumi-resource-docker, pulumi-resource-random or pulumi-resource-tls\n", name)
		os.Exit(2)
	}
	p.serve(name)
}

func (p plugin) serve(name string) {
	info := p.complete(name)
	// Only SDK generators read a plugin's schema; programs bring the published SDKs, so name and version are enough.
	schema := fmt.Appendf(nil, `{"name":%q,"version":%q}`, name, p.version)
	if p.framework {
		pf.Main(context.Background(), name, info, pf.ProviderMetadata{PackageSchema: schema})
		return
	}
	tfbridge.Main(name, p.version, info, schema)
}

// complete gives the plugin's mapping with what the bridge wants of every plugin.
func (p plugin) complete(name string) tfbridge.ProviderInfo {
	info := p.info()
	info.Name, info.Version = name, p.version
	info.MetadataInfo = tfbridge.NewProviderMetadata([]byte("{}"))
	return info
}
