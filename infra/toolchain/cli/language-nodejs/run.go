package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// exitReported is the code the SDK's runner ends with once it has shown the program's error itself.
const exitReported = 32

// Run runs a program to its end. A program that fails is an answer, not an error.
func (h *host) Run(_ context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	c, err := h.program(r)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	code, err := h.children.run(c)
	switch {
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("could not run node: %v", err)}, nil
	case code == 0:
		return &pulumirpc.RunResponse{}, nil
	case code == exitReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case code < 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program was stopped (%v)", c.ProcessState)}, nil
	}
	return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with exit code %d", code)}, nil
}

// program is the command that runs r under the SDK's own runner.
func (h *host) program(r *pulumirpc.RunRequest) (*exec.Cmd, error) {
	info := r.GetInfo()
	o, err := parseOptions(info.GetOptions())
	if err != nil {
		return nil, err
	}
	runner, err := sdkFile(info.GetProgramDirectory(), "cmd/run/index.js")
	if err != nil {
		return nil, err
	}
	env, err := configEnv(r)
	if err != nil {
		return nil, err
	}
	c := exec.Command("node", append(append(o.nodeArgs, runner), h.programArgs(r)...)...)
	c.Dir = r.GetPwd()
	c.Env = append(append(os.Environ(), env...), o.env()...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr // the engine shows both as the stack's own output
	return c, nil
}

func (h *host) programArgs(r *pulumirpc.RunRequest) []string {
	info := r.GetInfo()
	var args []string
	for _, flag := range [][2]string{
		{"monitor", r.GetMonitorAddress()},
		{"engine", h.engine.get()},
		{"organization", r.GetOrganization()},
		{"project", r.GetProject()},
		{"root-directory", info.GetRootDirectory()},
		{"stack", r.GetStack()},
		{"pwd", info.GetProgramDirectory()},
		{"parallel", strconv.Itoa(int(r.GetParallel()))},
	} {
		if flag[1] != "" {
			args = append(args, "--"+flag[0], flag[1])
		}
	}
	if r.GetDryRun() {
		args = append(args, "--dry-run")
	}
	return append(append(args, info.GetEntryPoint()), r.GetArgs()...)
}

// configEnv carries the stack's configuration; the SDK cannot read null, so nothing is {} and [].
func configEnv(r *pulumirpc.RunRequest) ([]string, error) {
	values := r.GetConfig()
	if values == nil {
		values = map[string]string{}
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(append([]string{}, r.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	return []string{"PULUMI_CONFIG=" + string(config), "PULUMI_CONFIG_SECRET_KEYS=" + string(secrets)}, nil
}

// sdkFile finds a file of the @pulumi/pulumi that a program in dir would load.
func sdkFile(dir, file string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		path := filepath.Join(at, "node_modules", "@pulumi", "pulumi", file)
		if _, err := os.Stat(path); err == nil {
			return filepath.EvalSymlinks(path)
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("@pulumi/pulumi is not installed for %s: run `npm ci` in the project", dir)
		}
	}
}
