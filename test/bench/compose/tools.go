//go:build tools

// Package compose pins the docker compose that the benchmark compares with.
package compose

import _ "github.com/docker/compose/v2/cmd"
