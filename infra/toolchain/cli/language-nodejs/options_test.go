package main

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func parse(t *testing.T, fields map[string]any) (options, error) {
	t.Helper()
	raw, err := structpb.NewStruct(fields)
	if err != nil {
		t.Fatal(err)
	}
	return parseOptions(raw)
}

func TestOptionsDefaults(t *testing.T) {
	o, err := parseOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !o.typescript || o.packageManager != "npm" || len(o.nodeArgs) != 0 {
		t.Fatalf("got %+v", o)
	}
	if got := o.env(); !slices.Equal(got, []string{"PULUMI_NODEJS_TYPESCRIPT=true"}) {
		t.Fatalf("got %v", got)
	}
}

func TestOptionsAreHonoured(t *testing.T) {
	o, err := parse(t, map[string]any{
		"nodeargs": "--a  --b=1", "tsconfig": "ts.json", "packagemanager": "pnpm", "other": 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.nodeArgs, []string{"--a", "--b=1"}) || o.packageManager != "pnpm" {
		t.Fatalf("got %+v", o)
	}
	if !slices.Contains(o.env(), "PULUMI_NODEJS_TSCONFIG_PATH=ts.json") {
		t.Fatalf("got %v", o.env())
	}
}

func TestTypescriptOffLeavesLoadingToNode(t *testing.T) {
	o, err := parse(t, map[string]any{"typescript": false, "tsconfig": "ts.json"})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.env()) != 0 {
		t.Fatalf("the runner would still compile: %v", o.env())
	}
}

func TestWrongOptionsNameTheirKey(t *testing.T) {
	for key, value := range map[string]any{
		"typescript": "false", "tsconfig": true, "nodeargs": 3, "packagemanager": "cargo",
	} {
		_, err := parse(t, map[string]any{key: value})
		if err == nil || !strings.Contains(err.Error(), "runtime.options."+key) {
			t.Errorf("%s: %v gave %v", key, value, err)
		}
	}
}
