package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// project writes files below a new folder and returns it.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const runner = "node_modules/@pulumi/pulumi/cmd/run/index.js"

func request(dir string) *pulumirpc.RunRequest {
	return &pulumirpc.RunRequest{
		Pwd: dir, Stack: "s", DryRun: true, MonitorAddress: "m:1",
		Info: &pulumirpc.ProgramInfo{RootDirectory: dir, ProgramDirectory: dir, EntryPoint: "."},
	}
}

func TestProgramCommand(t *testing.T) {
	dir := project(t, map[string]string{runner: ""})
	c, err := newHost("e:2").program(request(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"node", filepath.Join(dir, runner), "--monitor", "m:1", "--engine", "e:2", "--root-directory", dir,
		"--stack", "s", "--pwd", dir, "--parallel", "0", "--dry-run", ".",
	}
	if !slices.Equal(c.Args, want) {
		t.Errorf("got  %q\nwant %q", c.Args, want)
	}
	for _, env := range []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"} {
		if !slices.Contains(c.Env, env) {
			t.Errorf("missing %s", env)
		}
	}
}

func TestRunAnswersWithTheProgramsEnd(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	for program, want := range map[string]*pulumirpc.RunResponse{
		"process.exit(0)":  {},
		"process.exit(32)": {Bail: true},
		"process.exit(3)":  {Error: "the program ended with exit code 3"},
	} {
		dir := project(t, map[string]string{runner: program})
		got, err := newHost("").Run(context.Background(), request(dir))
		if err != nil || got.GetError() != want.GetError() || got.GetBail() != want.GetBail() {
			t.Errorf("%s: got %v, %v", program, got, err)
		}
	}
}

func TestMissingSDKSaysWhatToRun(t *testing.T) {
	got, err := newHost("").Run(context.Background(), request(t.TempDir()))
	if err != nil || got.GetError() == "" || got.GetBail() {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestCancelEndsARunningProgram(t *testing.T) {
	var s children
	c := exec.Command("sleep", "60")
	ended := make(chan int, 1)
	if err := s.start(c); err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.Wait(); ended <- c.ProcessState.ExitCode() }()
	s.stop()
	select {
	case code := <-ended:
		if code == 0 {
			t.Fatal("it ended by itself")
		}
	case <-time.After(10 * time.Second):
		_ = c.Process.Kill()
		t.Fatal("still running")
	}
}

func TestPackages(t *testing.T) {
	dir := project(t, map[string]string{
		"package.json":                             `{"dependencies":{"@pulumi/tls":"*"}}`,
		"node_modules/.bin/x":                      "",
		"node_modules/plain/package.json":          `{"name":"plain","version":"1.0.0"}`,
		"node_modules/@pulumi/tls/package.json":    `{"name":"@pulumi/tls","version":"5.6.1","pulumi":{"resource":true}}`,
		"node_modules/@other/thing/package.json":   `{"name":"@other/thing","version":"v2.0.0","pulumi":{"resource":true,"name":"thing","server":"https://x"}}`,
		"node_modules/@broken/thing/package.json":  `{`,
		"node_modules/@pulumi/pulumi/package.json": `{"name":"@pulumi/pulumi","version":"3.0.0"}`,
		"infra/index.ts":                           "",
	})
	info := &pulumirpc.ProgramInfo{ProgramDirectory: filepath.Join(dir, "infra")}
	packages, err := newHost("").GetRequiredPackages(context.Background(), &pulumirpc.GetRequiredPackagesRequest{Info: info})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range packages.GetPackages() {
		got = append(got, p.GetKind()+" "+p.GetName()+" "+p.GetVersion()+" "+p.GetServer())
	}
	if want := []string{"resource thing v2.0.0 https://x", "resource tls v5.6.1 "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}

	info.ProgramDirectory = dir
	deps, err := newHost("").GetProgramDependencies(context.Background(), &pulumirpc.GetProgramDependenciesRequest{Info: info})
	if err != nil || len(deps.GetDependencies()) != 1 || deps.GetDependencies()[0].GetName() != "@pulumi/tls" {
		t.Errorf("got %v, %v", deps, err)
	}
}
