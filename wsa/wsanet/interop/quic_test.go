package interop_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// packetConn hides from quic-go that there is a descriptor: it would set options
// of the operating system on it.
type packetConn struct{ net.PacketConn }

// dialQUIC connects two hosts.
func dialQUIC(t *testing.T, client, server *wsanet.Stack) (c, s *quic.Conn) {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(100 * time.Hour), DNSNames: []string{"server"}}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	roots := x509.NewCertPool()
	roots.AddCert(must[*x509.Certificate](t)(x509.ParseCertificate(der)))

	config := &quic.Config{MaxIdleTimeout: 8 * time.Hour, EnableDatagrams: true}
	st := &quic.Transport{Conn: packetConn{must[net.PacketConn](t)(server.ListenPacket("udp", "10.0.0.2:443"))}}
	ct := &quic.Transport{Conn: packetConn{must[net.PacketConn](t)(client.ListenPacket("udp", "10.0.0.1:0"))}}
	l := must[*quic.Listener](t)(st.Listen(&tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"echo"},
	}, config))
	t.Cleanup(func() {
		for _, tr := range []*quic.Transport{ct, st} {
			tr.Close()
			tr.Conn.Close()
		}
	})
	accepted := make(chan *quic.Conn)
	go func() { accepted <- must[*quic.Conn](t)(l.Accept(context.Background())) }()
	to := &net.UDPAddr{IP: net.IPv4(10, 0, 0, 2), Port: 443}
	c = must[*quic.Conn](t)(ct.Dial(t.Context(), to, &tls.Config{RootCAs: roots, ServerName: "server", NextProtos: []string{"echo"}}, config))
	return c, <-accepted
}

// TestQUIC: several streams at once and datagrams, over perfect links and over
// links that delay, lose and repeat.
func TestQUIC(t *testing.T) {
	for name, link := range map[string]sim.Link{
		"perfect": {Latency: time.Millisecond},
		"bad":     {Latency: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.03, Duplicate: 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, client, server := hosts(t)
				slow(w, link)
				c, s := dialQUIC(t, client, server)
				go echoStreams(s)
				var wg sync.WaitGroup
				for i := range 5 {
					wg.Go(func() { exchange(t, c, bytes.Repeat([]byte{byte(i + 1)}, 50_000*i+1)) })
				}
				wg.Wait()
				if name == "perfect" {
					if err := c.SendDatagram([]byte("datagram")); err != nil {
						t.Error(err)
					}
					if b, err := s.ReceiveDatagram(t.Context()); string(b) != "datagram" || err != nil {
						t.Errorf("%q, %v", b, err)
					}
				}
				c.CloseWithError(7, "done")
				<-s.Context().Done()
				var app *quic.ApplicationError
				if err := context.Cause(s.Context()); !errors.As(err, &app) || app.ErrorCode != 7 {
					t.Error(err)
				}
			})
		})
	}
}

// echoStreams answers on each stream with what it is sent.
func echoStreams(c *quic.Conn) {
	for {
		s, err := c.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			io.Copy(s, s)
			s.Close()
		}()
	}
}

func exchange(t *testing.T, c *quic.Conn, data []byte) {
	s, err := c.OpenStreamSync(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	go func() {
		s.Write(data)
		s.Close()
	}()
	got, err := io.ReadAll(s)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes of %d, %v", len(got), len(data), err)
	}
}

// TestQUICIdle: a connection whose peer has gone ends after its idle time, of
// hours.
func TestQUICIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client, server := hosts(t)
		c, _ := dialQUIC(t, client, server)
		w.Partition([]*sim.Host{w.Hosts()[0]}, []*sim.Host{w.Hosts()[1]})
		start := time.Now()
		<-c.Context().Done()
		var idle *quic.IdleTimeoutError
		if err := context.Cause(c.Context()); !errors.As(err, &idle) || time.Since(start) < 7*time.Hour {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
