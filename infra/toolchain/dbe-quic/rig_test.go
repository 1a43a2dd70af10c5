package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
)

const testDomain = "dsmil.test"

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	_ = os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	os.Exit(m.Run())
}

// authority is a CA of a test's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	return &authority{cert, key}
}

func (a *authority) issue(t testing.TB, until time.Time, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) node(t testing.TB, node string) tls.Certificate {
	t.Helper()
	return a.issue(t, time.Now().Add(time.Hour), node+"."+testDomain)
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func writePair(t testing.TB, o options, pair tls.Certificate, ca *authority) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	must(t, err)
	for path, block := range map[string]*pem.Block{
		o.cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		o.key:  {Type: "PRIVATE KEY", Bytes: key},
		o.ca:   {Type: "CERTIFICATE", Bytes: ca.cert.Raw},
	} {
		must(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
}

// process is a sidecar that runs in this test, with a gateway's accept.sock.
type process struct {
	options
	address string
	gateway *net.UnixListener
	hangup  chan os.Signal
	stop    context.CancelFunc
	ended   chan error
}

func start(t testing.TB, node string, ca *authority, change func(*options)) *process {
	t.Helper()
	// t.TempDir's paths are too long for a Unix socket.
	folder, err := os.MkdirTemp("", "dbe")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	p := &process{hangup: make(chan os.Signal, 1), ended: make(chan error, 1)}
	p.options = options{
		listen: freeUDP(t), domain: testDomain, sockets: folder, idle: 2 * time.Second, maxConnections: 4, maxStreams: 4,
		cert: filepath.Join(folder, "c"), key: filepath.Join(folder, "k"), ca: filepath.Join(folder, "a"),
	}
	p.address = p.listen
	if change != nil {
		change(&p.options)
	}
	writePair(t, p.options, ca.node(t, node), ca)
	p.gateway, err = listenUnix(p.socket("accept.sock"))
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	done := make(chan struct{})
	go func() { p.ended <- run(ctx, p.options, p.hangup); close(done) }()
	t.Cleanup(func() { cancel(); <-done; _ = p.gateway.Close() })
	for range 200 {
		if askHealth(p.socket("status.sock")) == nil {
			return p
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the sidecar did not come up")
	return nil
}

// end is one end of a channel at a gateway.
type end struct {
	*net.UnixConn
	reader *bufio.Reader
	about  preface
}

func (p *process) dial(t testing.TB, to request) end {
	t.Helper()
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: p.socket("dial.sock"), Net: "unix"})
	must(t, err)
	_, err = fmt.Fprintf(conn, `{"peer":%q,"address":%q}`+"\n", to.Peer, to.Address)
	must(t, err)
	return prefaced(t, conn)
}

func (p *process) accept(t testing.TB) end {
	t.Helper()
	must(t, p.gateway.SetDeadline(time.Now().Add(20*time.Second)))
	conn, err := p.gateway.AcceptUnix()
	must(t, err)
	return prefaced(t, conn)
}

func prefaced(t testing.TB, conn *net.UnixConn) end {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	e := end{UnixConn: conn, reader: bufio.NewReader(conn)}
	line, err := e.reader.ReadBytes('\n')
	must(t, err)
	must(t, json.Unmarshal(line, &e.about))
	return e
}

// channel gives both ends of a new one; a byte has passed.
func channel(t testing.TB, from, to *process, node string) (end, end) {
	t.Helper()
	mine := from.dial(t, request{Peer: node, Address: to.address})
	if mine.about.Error != "" {
		t.Fatal(mine.about.Error)
	}
	_, err := mine.Write([]byte("!"))
	must(t, err)
	theirs := to.accept(t)
	if b, err := theirs.reader.ReadByte(); err != nil || b != '!' {
		t.Fatalf("read %q, %v", b, err)
	}
	return mine, theirs
}

// stranger dials as no sidecar does.
func stranger(config *tls.Config, address string) (*quic.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := quic.DialAddr(ctx, address, config, &quic.Config{})
	if err != nil {
		return nil, err
	}
	// A client knows that its certificate was refused only when it hears from the server.
	stream, err := conn.OpenStreamSync(ctx)
	if err == nil {
		_, _ = stream.Write([]byte("!"))
		select {
		case <-conn.Context().Done():
			return nil, context.Cause(conn.Context())
		case <-time.After(300 * time.Millisecond):
		}
	}
	return conn, err
}

func freeUDP(t testing.TB) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
