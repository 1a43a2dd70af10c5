package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin or policy pack written for Node.js, streaming what it prints.
func (h *host) RunPlugin(r *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer) error {
	info := r.GetInfo()
	o, err := parseOptions(info.GetOptions())
	if err != nil {
		return err
	}
	kind := "run-plugin"
	if r.GetKind() == "analyzer" {
		kind = "run-policy-pack"
	}
	runner, err := sdkFile(info.GetProgramDirectory(), "cmd/"+kind+"/index.js")
	if err != nil {
		return err
	}
	args := append(append(o.nodeArgs, runner), pluginArgs(kind, r)...)
	c := exec.CommandContext(stream.Context(), "node", args...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.Dir = r.GetPwd()
	c.Env = append(append(os.Environ(), r.GetEnv()...), o.env()...)

	var mu sync.Mutex // a stream takes one message at a time
	send := func(m *pulumirpc.RunPluginResponse) error {
		mu.Lock()
		defer mu.Unlock()
		return stream.Send(m)
	}
	c.Stdout = writer(func(b []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: b}})
	})
	c.Stderr = writer(func(b []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: b}})
	})
	code, err := h.children.run(c)
	if err != nil {
		return err
	}
	return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
}

// pluginArgs: a plugin's folder comes before the engine's arguments, a policy pack's after its address.
func pluginArgs(kind string, r *pulumirpc.RunPluginRequest) []string {
	dir := r.GetInfo().GetProgramDirectory()
	if kind == "run-policy-pack" && len(r.GetArgs()) > 0 {
		return []string{r.GetArgs()[0], dir}
	}
	return append([]string{dir}, r.GetArgs()...)
}

// InstallDependencies installs the packages of a program, exactly as locked where there is a lock file.
func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer) error {
	o, err := parseOptions(r.GetInfo().GetOptions())
	if err != nil {
		return err
	}
	dir := r.GetInfo().GetProgramDirectory()
	if dir == "" {
		dir = r.GetDirectory()
	}
	args := []string{"install"}
	if o.packageManager == "npm" {
		if _, err := os.Stat(filepath.Join(dir, "package-lock.json")); err == nil {
			args = []string{"ci"}
		}
		args = append(args, "--no-audit", "--no-fund")
	}
	c := exec.CommandContext(stream.Context(), o.packageManager, args...)
	c.Dir = dir
	out := writer(func(b []byte) error { return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: b}) })
	c.Stdout, c.Stderr = out, out
	code, err := h.children.run(c)
	if err == nil && code != 0 {
		err = errors.New(o.packageManager + " failed in " + dir)
	}
	return err
}

// writer turns a function into an io.Writer that hands it its own copy of the bytes.
type writer func([]byte) error

func (w writer) Write(b []byte) (int, error) { return len(b), w(bytes.Clone(b)) }
