package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

func TestTrainsAreCutIntoTheDatagramsThatWereSent(t *testing.T) {
	listen := func() *net.UDPConn {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		must(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	from, to := listen(), listen()
	reader, ok := withTrains(to).(*trainConn)
	if !ok {
		t.Skip("this kernel has no UDP_GRO")
	}
	must(t, to.SetReadDeadline(time.Now().Add(10*time.Second)))
	target := to.LocalAddr().(*net.UDPAddr)
	train := make([]byte, 20*100+7)
	for i := range train {
		train[i] = byte(i / 100)
	}
	_, _, err := from.WriteMsgUDP(train, segmentMessage(100), target)
	must(t, err)
	// Longer than any packet of quic-go: it must neither be cut short nor end the reading.
	_, err = from.WriteTo(make([]byte, datagramBytes+1), target)
	must(t, err)
	_, err = from.WriteTo([]byte("last"), target)
	must(t, err)

	var got [][]byte
	for len(got) < 22 {
		messages := make([]ipv4.Message, 8)
		for i := range messages {
			messages[i] = ipv4.Message{Buffers: [][]byte{make([]byte, datagramBytes)}, OOB: make([]byte, controlBytes)}
		}
		n, err := reader.ReadBatch(messages, 0)
		must(t, err)
		for _, m := range messages[:n] {
			if m.Addr.String() != from.LocalAddr().String() {
				t.Fatalf("from %s", m.Addr)
			}
			got = append(got, m.Buffers[0][:m.N])
		}
	}
	if string(got[21]) != "last" || !bytes.Equal(bytes.Join(got[:21], nil), train) || len(got[0]) != 100 || len(got[20]) != 7 {
		t.Fatalf("%d datagrams, the first of %d bytes, the last %q", len(got), len(got[0]), got[21])
	}
}

func segmentMessage(size uint16) []byte {
	message := make([]byte, unix.CmsgSpace(2))
	binary.NativeEndian.PutUint64(message, uint64(unix.CmsgLen(2)))
	binary.NativeEndian.PutUint32(message[8:], unix.SOL_UDP)
	binary.NativeEndian.PutUint32(message[12:], unix.UDP_SEGMENT)
	binary.NativeEndian.PutUint16(message[unix.CmsgLen(0):], size)
	return message
}
