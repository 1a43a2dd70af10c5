// Command pulumi-language-nodejs is a language host: the helper the Pulumi engine starts to run programs, plugins and
// policy packs written for Node.js. It does what running them needs; SDK generation and debugging are left to the
// official host.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineCheck is how often the host makes sure that the engine it serves still lives.
const engineCheck = 10 * time.Second

func main() {
	if err := serve(engineAddress(os.Args[1:])); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// engineAddress is the one positional argument; flags are the engine's business (tracing) and not needed here.
func engineAddress(args []string) string {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			return arg
		}
	}
	return ""
}

func serve(engine string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	if engine != "" {
		// A killed engine must not leave its hosts behind.
		if err := rpcutil.Healthcheck(ctx, engine, engineCheck, stop); err != nil {
			return fmt.Errorf("watching the engine at %s: %w", engine, err)
		}
	}

	h := newHost(engine)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port) // the engine reads the port from the first line
	err = <-handle.Done
	h.children.stop()
	return err
}
