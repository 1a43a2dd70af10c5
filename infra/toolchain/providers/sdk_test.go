package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// native is the one resource that the official plugin adds to the upstream provider.
const native = "docker:index/image:Image"

// missingInput are attributes newer than the upstream version that the module proxy offers.
var missingInput = regexp.MustCompile(`(Wo|WoVersion|maxPathLength)$`)

var (
	typeToken = regexp.MustCompile(`static __pulumiType = '([^']+)'`)
	inputName = regexp.MustCompile(`resourceInputs\["(\w+)"\] = args`)
)

// sdkResources reads the tokens and input names out of an installed npm SDK.
func sdkResources(t *testing.T, name string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../../../node_modules/@pulumi/" + name + "/*.js")
	if err != nil || len(files) == 0 {
		t.Skipf("@pulumi/%s is not installed", name)
	}
	found := map[string][]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		token := typeToken.FindSubmatch(text)
		if token == nil || string(token[1]) == native || string(token[1]) == name { // the last is the provider itself
			continue
		}
		for _, input := range inputName.FindAllSubmatch(text, -1) {
			found[string(token[1])] = append(found[string(token[1])], string(input[1]))
		}
	}
	return found
}

// served lists the tokens and property names of a plugin.
func served(info tfbridge.ProviderInfo) map[string][]string {
	found := map[string][]string{}
	info.P.ResourcesMap().Range(func(name string, r shim.Resource) bool {
		mapped := info.Resources[name]
		if mapped == nil {
			return true
		}
		token := string(mapped.Tok)
		found[token] = []string{}
		r.Schema().Range(func(key string, _ shim.Schema) bool {
			property := tfbridge.TerraformToPulumiNameV2(key, r.Schema(), mapped.Fields)
			found[token] = append(found[token], property)
			return true
		})
		return true
	})
	return found
}

func TestPluginsServeWhatTheSDKsSend(t *testing.T) {
	for name, p := range plugins {
		t.Run(name, func(t *testing.T) {
			have := served(p.complete(name))
			resources := sdkResources(t, name)
			if len(resources) == 0 {
				t.Fatal("no resource found in the SDK: has its layout changed?")
			}
			for token, inputs := range resources {
				properties, ok := have[token]
				if !ok {
					t.Errorf("%s is not served", token)
				}
				for _, input := range inputs {
					if ok && !slices.Contains(properties, input) && !missingInput.MatchString(input) {
						t.Errorf("%s: input %s is not served", token, input)
					}
				}
			}
		})
	}
}

func TestVersionsAreThoseOfTheSDKs(t *testing.T) {
	for name, p := range plugins {
		text, err := os.ReadFile("../../../node_modules/@pulumi/" + name + "/package.json")
		if err != nil {
			t.Skip("the SDKs are not installed")
		}
		if !strings.Contains(string(text), `"version": "`+p.version+`"`) {
			t.Errorf("%s: the plugin says %s, the installed SDK does not", name, p.version)
		}
	}
}
