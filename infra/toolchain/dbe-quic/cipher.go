package main

import (
	"crypto/tls"
	_ "unsafe" // for linkname
)

// crypto/tls has no setting for the cipher suites of TLS 1.3 and prefers AES-128. These two lists are kept reachable
// for QUIC implementations (go.dev/issue/67401). Whatever becomes of them, checkState refuses any other suite.

//go:linkname defaultCipherSuitesTLS13 crypto/tls.defaultCipherSuitesTLS13
var defaultCipherSuitesTLS13 []uint16

//go:linkname defaultCipherSuitesTLS13NoAES crypto/tls.defaultCipherSuitesTLS13NoAES
var defaultCipherSuitesTLS13NoAES []uint16

func init() {
	defaultCipherSuitesTLS13 = []uint16{tls.TLS_AES_256_GCM_SHA384}
	defaultCipherSuitesTLS13NoAES = []uint16{tls.TLS_AES_256_GCM_SHA384}
}
