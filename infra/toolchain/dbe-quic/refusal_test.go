package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
)

// client is what a sidecar offers, but for what a test changes.
func client(t *testing.T, ca *authority, pair tls.Certificate, change func(*tls.Config)) *tls.Config {
	t.Helper()
	config := clientTLS(&credentials{pair: pair, roots: ca.pool()}, testDomain, "node-b")
	config.VerifyConnection = nil
	if change != nil {
		change(config)
	}
	return config
}

func TestOnlyTheOneHandshakeIsAccepted(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	b := start(t, "node-b", ca, nil)
	good := ca.node(t, "node-a")
	hour := time.Now().Add(time.Hour)
	for name, config := range map[string]*tls.Config{
		"X25519":               client(t, ca, good, func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519} }),
		"P-384":                client(t, ca, good, func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} }),
		"X25519MLKEM768":       client(t, ca, good, func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768} }),
		"another protocol":     client(t, ca, good, func(c *tls.Config) { c.NextProtos = []string{"h3"} }),
		"no certificate":       client(t, ca, good, func(c *tls.Config) { c.Certificates = nil }),
		"another authority":    client(t, ca, other.node(t, "node-a"), nil),
		"two names":            client(t, ca, ca.issue(t, hour, "redis."+testDomain, "node-c."+testDomain), nil),
		"no name of the fleet": client(t, ca, ca.issue(t, hour, "node-a.elsewhere.test"), nil),
		"a deeper name":        client(t, ca, ca.issue(t, hour, "x.node-a."+testDomain), nil),
		"expired":              client(t, ca, ca.issue(t, time.Now().Add(-time.Minute), "node-a."+testDomain), nil),
	} {
		if conn, err := stranger(config, b.address); err == nil {
			_ = conn.CloseWithError(0, "")
			t.Errorf("%s: accepted", name)
			continue
		}
		// The gateway hears of it: once, with the address, and what it could put into its audit trail.
		about := b.accept(t).about
		if about.Error == "" || !strings.HasPrefix(about.Remote, "127.0.0.1:") || about.Peer != "" {
			t.Errorf("%s: the gateway was told %+v", name, about)
		}
		t.Logf("%s: %s", name, about.Error)
	}
	conn, err := stranger(client(t, ca, good, nil), b.address)
	must(t, err)
	if suite := conn.ConnectionState().TLS.CipherSuite; suite != tls.TLS_AES_256_GCM_SHA384 {
		t.Errorf("cipher suite %s", tls.CipherSuiteName(suite))
	}
	_ = conn.CloseWithError(0, "")
}

func TestOnlyTheDialledNodeIsAccepted(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	a, b := start(t, "node-a", ca, nil), start(t, "node-b", ca, nil)
	foreign := start(t, "node-c", other, nil)
	classical := baseTLS(testDomain)
	classical.Certificates = []tls.Certificate{ca.node(t, "node-c")}
	classical.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256}
	classical.VerifyConnection = nil
	listener, err := quic.ListenAddr("127.0.0.1:0", classical, nil)
	must(t, err)
	defer func() { _ = listener.Close() }()
	for name, to := range map[string]request{
		"another node":            {Peer: "node-c", Address: b.address},
		"another authority":       {Peer: "node-c", Address: foreign.address},
		"a classical-only server": {Peer: "node-c", Address: listener.Addr().String()},
	} {
		if why := a.dial(t, to).about.Error; why == "" {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestStateIsCheckedFieldByField(t *testing.T) {
	ca := newAuthority(t)
	leaf := ca.node(t, "node-a").Leaf
	good := tls.ConnectionState{
		Version: tls.VersionTLS13, CurveID: group, CipherSuite: tls.TLS_AES_256_GCM_SHA384, NegotiatedProtocol: protocol,
	}
	good.PeerCertificates = append(good.PeerCertificates, leaf)
	good.VerifiedChains = append(good.VerifiedChains, good.PeerCertificates)
	if node, err := checkState(good, testDomain); err != nil || node != "node-a" {
		t.Fatal(node, err)
	}
	for name, change := range map[string]func(*tls.ConnectionState){
		"version":  func(s *tls.ConnectionState) { s.Version = tls.VersionTLS12 },
		"group":    func(s *tls.ConnectionState) { s.CurveID = tls.X25519MLKEM768 },
		"cipher":   func(s *tls.ConnectionState) { s.CipherSuite = tls.TLS_AES_128_GCM_SHA256 },
		"protocol": func(s *tls.ConnectionState) { s.NegotiatedProtocol = "" },
		"resumed":  func(s *tls.ConnectionState) { s.DidResume = true },
		"chain":    func(s *tls.ConnectionState) { s.VerifiedChains = nil },
	} {
		bad := good
		change(&bad)
		if _, err := checkState(bad, testDomain); err == nil {
			t.Errorf("%s is not checked", name)
		}
	}
}

func TestHandshakesAreBounded(t *testing.T) {
	gate := &admission{address: map[netip.Addr]int{}}
	from := func(i int) *quic.ClientInfo {
		return &quic.ClientInfo{RemoteAddr: &net.UDPAddr{IP: net.IPv4(127, 0, 0, byte(i)), Port: 1}}
	}
	ctx, cancel := context.WithCancel(context.Background())
	for i := range handshakesEach {
		if gate.verifySource(nil) {
			t.Fatalf("a retry for handshake %d", i)
		}
		_, err := gate.begin(ctx, from(1))
		must(t, err)
	}
	if _, err := gate.begin(ctx, from(1)); !errors.Is(err, errBusy) {
		t.Fatal("one address may begin any number of handshakes")
	}
	if !gate.verifySource(nil) {
		t.Fatal("no retry under load")
	}
	for i := range handshakesInAll - handshakesEach {
		_, err := gate.begin(ctx, from(2+i/handshakesEach))
		must(t, err)
	}
	if _, err := gate.begin(ctx, from(200)); !errors.Is(err, errBusy) {
		t.Fatal("all addresses together may begin any number of handshakes")
	}
	cancel()
	for range 100 {
		if _, err := gate.begin(context.Background(), from(1)); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("handshakes that ended are still counted")
}

func TestOptionsNameWhatIsWrong(t *testing.T) {
	_, err := parseOptions([]string{"-listen", "8100", "-domain", "UPPER", "-sockets", "x", "-idle", "1ms", "-max-streams", "0"})
	for _, flag := range []string{"-listen", "-domain", "-sockets", "-idle", "-max-streams"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s is not named in %v", flag, err)
		}
	}
	if _, err := parseOptions([]string{"-domain", "dsmil.test"}); err != nil {
		t.Error(err)
	}
	if code := program([]string{"-healthcheck", "-sockets", t.TempDir()}); code != 1 {
		t.Errorf("health check of nothing ends with %d", code)
	}
	if code := program([]string{"-nonsense"}); code != 2 {
		t.Errorf("an unknown flag ends with %d", code)
	}
}
