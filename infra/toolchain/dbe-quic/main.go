// Command dbe-quic is the QUIC half of a node's DBE gateway: it carries byte streams between Unix sockets of the gateway
// and peers' sidecars, over TLS 1.3 with SecP384r1MLKEM1024 and certificates of the fleet on both ends. It knows nothing
// of DBE and holds no key but the TLS one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	os.Exit(program(os.Args[1:]))
}

// program runs with these arguments; the result is its exit code.
func program(args []string) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if o.healthcheck {
		if err := askHealth(o.socket("status.sock")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: likeTheServices})))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	if err := run(ctx, o, hangup); err != nil {
		slog.Error("ended", "err", err.Error())
		return 1
	}
	slog.Info("stopped")
	return 0
}

// likeTheServices writes levels as the fleet's other programs do.
func likeTheServices(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.LevelKey {
		return slog.String(a.Key, strings.ToLower(a.Value.String()))
	}
	return a
}
