package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"time"
)

// options are the flags of one run.
type options struct {
	listen         string
	domain         string
	sockets        string
	cert, key, ca  string
	idle           time.Duration
	maxConnections int
	maxStreams     int
	healthcheck    bool
}

var domainForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$`)

// parseOptions reads the flags; the error names every flag that is wrong.
func parseOptions(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("dbe-quic", flag.ContinueOnError)
	set.StringVar(&o.listen, "listen", "0.0.0.0:8100", "UDP address to listen on and to dial from")
	set.StringVar(&o.domain, "domain", "", "fleet domain; a peer's certificate names <node>.<domain>")
	set.StringVar(&o.sockets, "sockets", "/run/dbe-quic", "folder of dial.sock, accept.sock and status.sock")
	set.StringVar(&o.cert, "cert", "/etc/dsmil/certs/node/tls.crt", "certificate chain, PEM")
	set.StringVar(&o.key, "key", "/etc/dsmil/certs/node/tls.key", "private key, PEM")
	set.StringVar(&o.ca, "ca", "/etc/dsmil/certs/node/ca.crt", "authorities of peers' certificates, PEM")
	set.DurationVar(&o.idle, "idle", 10*time.Second, "time without a packet after which a peer counts as gone")
	set.IntVar(&o.maxConnections, "max-connections", 64, "connections of authenticated peers")
	set.IntVar(&o.maxStreams, "max-streams", 16, "channels a connection")
	set.BoolVar(&o.healthcheck, "healthcheck", false, "ask the running process for its health; exit 0 or 1")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	if o.healthcheck {
		return o, nil
	}
	return o, o.check()
}

func (o options) check() error {
	var wrong []error
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		wrong = append(wrong, fmt.Errorf("-listen %q: give address:port", o.listen))
	}
	if !domainForm.MatchString(o.domain) {
		wrong = append(wrong, fmt.Errorf("-domain %q: give the fleet's domain in lower case", o.domain))
	}
	if !filepath.IsAbs(o.sockets) {
		wrong = append(wrong, fmt.Errorf("-sockets %q: give an absolute path", o.sockets))
	}
	if o.idle < time.Second || o.idle > 5*time.Minute {
		wrong = append(wrong, fmt.Errorf("-idle %s: give 1s to 5m", o.idle))
	}
	if o.maxConnections < 1 || o.maxConnections > 4096 {
		wrong = append(wrong, fmt.Errorf("-max-connections %d: give 1 to 4096", o.maxConnections))
	}
	if o.maxStreams < 1 || o.maxStreams > 1024 {
		wrong = append(wrong, fmt.Errorf("-max-streams %d: give 1 to 1024", o.maxStreams))
	}
	return errors.Join(wrong...)
}

// socket is the path of one of the folder's sockets.
func (o options) socket(name string) string { return filepath.Join(o.sockets, name) }
