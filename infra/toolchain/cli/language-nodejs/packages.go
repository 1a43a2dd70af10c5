package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// manifest is what the host reads of a package.json.
type manifest struct {
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Pulumi          struct {
		Resource bool   `json:"resource"`
		Name     string `json:"name"`
		Version  string `json:"version"`
		Server   string `json:"server"`
	} `json:"pulumi"`
}

func readManifest(dir string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return m, err
}

// plugin is the plugin a package is the SDK of; ok is false for packages that are none.
func (m manifest) plugin() (dep *pulumirpc.PackageDependency, ok bool) {
	if !m.Pulumi.Resource {
		return nil, false
	}
	name, version := m.Pulumi.Name, m.Pulumi.Version
	if name == "" {
		name = strings.TrimPrefix(strings.TrimPrefix(m.Name, "@pulumi/"), "@")
	}
	if version == "" {
		version = m.Version
	}
	return &pulumirpc.PackageDependency{
		Kind:    "resource",
		Name:    name,
		Version: "v" + strings.TrimPrefix(version, "v"),
		Server:  m.Pulumi.Server,
	}, true
}

// installed gives the manifests of all packages in the node_modules nearest to dir.
func installed(dir string) []manifest {
	for at := dir; ; at = filepath.Dir(at) {
		modules := filepath.Join(at, "node_modules")
		if _, err := os.Stat(modules); err == nil {
			return packagesIn(modules)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

func packagesIn(modules string) []manifest {
	entries, _ := os.ReadDir(modules)
	var found []manifest
	for _, entry := range entries {
		path := filepath.Join(modules, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case strings.HasPrefix(entry.Name(), "@"):
			found = append(found, packagesIn(path)...)
		default:
			if m, err := readManifest(path); err == nil {
				found = append(found, m)
			}
		}
	}
	return found
}

// GetRequiredPackages names the plugins of every SDK that is installed, whether the program imports it or not.
func (h *host) GetRequiredPackages(_ context.Context, r *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	response := &pulumirpc.GetRequiredPackagesResponse{}
	for _, m := range installed(r.GetInfo().GetProgramDirectory()) {
		if dep, ok := m.plugin(); ok {
			response.Packages = append(response.Packages, dep)
		}
	}
	return response, nil
}

// GetProgramDependencies lists npm packages: those the program names, or all that are installed.
func (h *host) GetProgramDependencies(_ context.Context, r *pulumirpc.GetProgramDependenciesRequest) (*pulumirpc.GetProgramDependenciesResponse, error) {
	dir := r.GetInfo().GetProgramDirectory()
	program, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, m := range installed(dir) {
		_, direct := program.Dependencies[m.Name]
		_, development := program.DevDependencies[m.Name]
		if direct || development || r.GetTransitiveDependencies() {
			response.Dependencies = append(response.Dependencies, &pulumirpc.DependencyInfo{Name: m.Name, Version: m.Version})
		}
	}
	return response, nil
}
