// Command quic-stranger dials a DBE sidecar as no sidecar does, and prints why it was not let in, or "accepted". It is
// built in the module of the sidecar (infra/toolchain/dbe-quic), whose quic-go it uses.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/quic-go/quic-go"
)

var groups = map[string][]tls.CurveID{
	"hybrid":    {tls.SecP384r1MLKEM1024},
	"classical": {tls.CurveP384, tls.CurveP521, tls.CurveP256, tls.X25519},
	"weaker":    {tls.X25519MLKEM768},
}

func main() {
	address := flag.String("address", "", "host:port over UDP")
	offer := flag.String("groups", "hybrid", "hybrid, classical or weaker")
	pair := flag.String("pair", "", "file with certificate and key, PEM; none without it")
	flag.Parse()
	config := &tls.Config{
		MinVersion:       tls.VersionTLS13,
		CurvePreferences: groups[*offer],
		NextProtos:       []string{"dsmil-dbe/1"},
		// Whom it talks to is not what is tried here.
		InsecureSkipVerify: true,
	}
	if *pair != "" {
		loaded, err := tls.LoadX509KeyPair(*pair, *pair)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		// Also to a server that names other authorities.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &loaded, nil }
	}
	fmt.Println(dial(*address, config))
}

func dial(address string, config *tls.Config) string {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	conn, err := quic.DialAddr(ctx, address, config, nil)
	if err != nil {
		return err.Error()
	}
	// A TLS 1.3 client knows that its certificate was refused only when it hears from the server.
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return err.Error()
	}
	_, _ = stream.Write([]byte("DBE/1\n"))
	answer := make([]byte, 6)
	_ = stream.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := stream.Read(answer); err != nil {
		return err.Error()
	}
	return "accepted"
}
