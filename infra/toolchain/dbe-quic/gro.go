package main

import (
	"encoding/binary"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

const (
	// Most that the kernel hands over at once: a train of datagrams of one sender, put together.
	trainBytes = 1 << 16
	// Longest datagram that quic-go takes.
	datagramBytes = 1452
	controlBytes  = 128
)

// trainConn reads datagrams that the kernel has put together (UDP_GRO, Linux 5.0): one system call and one way through
// the network stack for dozens of them. quic-go sends such trains but does not receive them; it reads by ReadBatch.
type trainConn struct {
	*net.UDPConn
	train   []byte
	control []byte
	// rest of the train that was read last, cut into datagrams of size bytes; from is its sender.
	rest []byte
	size int
	oob  []byte
	from *net.UDPAddr
	last netip.AddrPort
}

// withTrains is the connection with the kernel's help, or as it is on a kernel without.
func withTrains(conn *net.UDPConn) net.PacketConn {
	raw, err := conn.SyscallConn()
	if err != nil {
		return conn
	}
	var set error
	if err := raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1)
	}); err != nil || set != nil {
		return conn
	}
	return &trainConn{UDPConn: conn, train: make([]byte, trainBytes), control: make([]byte, controlBytes)}
}

// ReadBatch fills messages with datagrams; one goroutine calls it. It is what quic-go looks for in a connection.
func (c *trainConn) ReadBatch(messages []ipv4.Message, _ int) (int, error) {
	for len(c.rest) == 0 {
		if err := c.read(); err != nil {
			return 0, err
		}
	}
	count := 0
	for ; count < len(messages) && len(c.rest) > 0; count++ {
		datagram := c.rest[:min(c.size, len(c.rest))]
		c.rest = c.rest[len(datagram):]
		m := &messages[count]
		m.N = copy(m.Buffers[0], datagram)
		m.NN = copy(m.OOB, c.oob)
		m.Addr = c.from
	}
	return count, nil
}

func (c *trainConn) read() error {
	n, oobn, _, from, err := c.ReadMsgUDPAddrPort(c.train, c.control)
	if err != nil {
		return err
	}
	if from != c.last || c.from == nil {
		c.last, c.from = from, net.UDPAddrFromAddrPort(from)
	}
	c.rest, c.oob = c.train[:n], c.control[:oobn]
	c.size = segmentSize(c.oob, n)
	if c.size > datagramBytes {
		// No QUIC packet of ours: dropped, as it would be cut short.
		c.rest = nil
	}
	return nil
}

// segmentSize is the length of all datagrams of a train but the last, by the kernel's control message; n without one.
func segmentSize(oob []byte, n int) int {
	for len(oob) > 0 {
		header, body, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			break
		}
		if header.Level == unix.SOL_UDP && header.Type == unix.UDP_GRO && len(body) >= 4 {
			if size := int(binary.NativeEndian.Uint32(body)); size > 0 {
				return size
			}
		}
		oob = rest
	}
	return n
}
