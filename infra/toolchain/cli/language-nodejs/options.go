package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// options are `runtime.options` of a Pulumi.yaml, as documented for the nodejs runtime.
type options struct {
	// typescript lets the SDK's runner compile .ts files. Off, Node loads them itself, by stripping types. Default true.
	typescript bool
	// tsconfig is the compiler's configuration, relative to the program; empty for tsconfig.json.
	tsconfig string
	// nodeArgs go to node before the program.
	nodeArgs []string
	// packageManager installs dependencies: npm, yarn, pnpm or bun. Default npm.
	packageManager string
}

var packageManagers = map[string]string{"": "npm", "auto": "npm", "npm": "npm", "yarn": "yarn", "pnpm": "pnpm", "bun": "bun"}

// parseOptions refuses what it cannot honour; options of other hosts' making are left alone.
func parseOptions(raw *structpb.Struct) (options, error) {
	o := options{typescript: true}
	fields := raw.GetFields()
	if v, given := fields["typescript"]; given {
		b, ok := v.GetKind().(*structpb.Value_BoolValue)
		if !ok {
			return o, optionError("typescript", "true or false", v)
		}
		o.typescript = b.BoolValue
	}
	for key, set := range map[string]func(string) bool{
		"tsconfig": func(s string) bool { o.tsconfig = s; return true },
		"nodeargs": func(s string) bool { o.nodeArgs = strings.Fields(s); return true },
		"packagemanager": func(s string) (known bool) {
			o.packageManager, known = packageManagers[s]
			return known
		},
	} {
		want := "a string"
		if key == "packagemanager" {
			want = "npm, yarn, pnpm or bun"
		}
		if v, given := fields[key]; given {
			s, ok := v.GetKind().(*structpb.Value_StringValue)
			if !ok || !set(s.StringValue) {
				return o, optionError(key, want, v)
			}
		}
	}
	if o.packageManager == "" {
		o.packageManager = "npm"
	}
	return o, nil
}

func optionError(key, want string, got *structpb.Value) error {
	return fmt.Errorf("Pulumi.yaml: runtime.options.%s: expected %s, got %v", key, want, got.AsInterface()) //nolint:staticcheck // a file name
}

// env is what the SDK's runner reads the options from.
func (o options) env() []string {
	if !o.typescript {
		return nil
	}
	env := []string{"PULUMI_NODEJS_TYPESCRIPT=true"}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return env
}
