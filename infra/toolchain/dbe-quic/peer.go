package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

const (
	protocol = "dsmil-dbe/1"
	group    = tls.SecP384r1MLKEM1024
	// RFC 8446, section 7.5; the DBE handshake mixes these bytes into its transcript.
	exporterLabel = "EXPORTER-dsmil-dbe-v1"
	exporterBytes = 48
)

var nodeForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// nodeOf is the node a certificate is for: the one DNS name <node>.<domain> among its names. A certificate that names
// several hosts of the domain is a server's, not a node's.
func nodeOf(cert *x509.Certificate, domain string) (string, error) {
	var found []string
	for _, name := range cert.DNSNames {
		if node, ok := strings.CutSuffix(strings.ToLower(name), "."+domain); ok {
			found = append(found, node)
		}
	}
	if len(found) != 1 || !nodeForm.MatchString(found[0]) {
		return "", fmt.Errorf("the peer's certificate must name exactly one <node>.%s, it names %q", domain, cert.DNSNames)
	}
	return found[0], nil
}

// checkState refuses everything but the one suite: TLS 1.3, the hybrid group, AES-256, a full handshake, our protocol.
// It returns the peer's node.
func checkState(state tls.ConnectionState, domain string) (string, error) {
	switch {
	case state.Version != tls.VersionTLS13:
		return "", fmt.Errorf("TLS version %#x", state.Version)
	case state.CurveID != group:
		return "", fmt.Errorf("key exchange group %s", state.CurveID)
	case state.CipherSuite != tls.TLS_AES_256_GCM_SHA384:
		return "", fmt.Errorf("cipher suite %s", tls.CipherSuiteName(state.CipherSuite))
	case state.NegotiatedProtocol != protocol:
		return "", fmt.Errorf("protocol %q", state.NegotiatedProtocol)
	case state.DidResume:
		return "", fmt.Errorf("a resumed session")
	case len(state.PeerCertificates) == 0 || len(state.VerifiedChains) == 0:
		return "", fmt.Errorf("no verified certificate")
	}
	return nodeOf(state.PeerCertificates[0], domain)
}

// binding is what ties a DBE session to this connection, in hex; both ends compute the same.
func binding(state tls.ConnectionState) (string, error) {
	bytes, err := state.ExportKeyingMaterial(exporterLabel, nil, exporterBytes)
	return hex.EncodeToString(bytes), err
}
