package wsanet_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// serve serves HTTP until the test ends.
func serve(t testing.TB, l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(l); err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		srv.Close()
		<-done
	})
}

// httpClient is a client whose connections are the stack's.
func httpClient(t testing.TB, stack *wsanet.Stack, config *tls.Config) *http.Client {
	d := wsanet.Dialer{Stack: stack}
	tr := &http.Transport{DialContext: d.DialContext, TLSClientConfig: config}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// echo answers with what it was sent.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s from %s, %v: ", r.Method, r.URL.Path, r.RemoteAddr, err)
	w.Write(body)
})

// TestHTTP carries HTTP/1.1, in clear and over TLS: several requests at once,
// bodies larger than what is under way, connections that are kept.
func TestHTTP(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client, server := hosts(t)
				l := must[net.Listener](t)(server.Listen("tcp", ":80"))
				var config *tls.Config
				if scheme == "https" {
					cert, roots := certificate(t, "10.0.0.2")
					l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
					config = &tls.Config{RootCAs: roots}
				}
				serve(t, l, echo)
				c := httpClient(t, client, config)
				var wg sync.WaitGroup
				for i := range 8 {
					wg.Go(func() {
						body := bytes.Repeat([]byte{byte('a' + i)}, 100_000*i)
						for range 3 {
							resp, err := c.Post(scheme+"://10.0.0.2:80/x", "text/plain", bytes.NewReader(body))
							if err != nil {
								t.Error(err)
								return
							}
							got, err := io.ReadAll(resp.Body)
							resp.Body.Close()
							if err != nil || !bytes.HasPrefix(got, []byte("POST /x from 10.0.0.1:")) || !bytes.HasSuffix(got, body) {
								t.Errorf("%d bytes, %v", len(got), err)
							}
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

// TestHTTPTimeouts: limits of hours end a request in no time inside a bubble, on
// both sides.
func TestHTTPTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		serve(t, must[net.Listener](t)(server.Listen("tcp", ":80")), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(48 * time.Hour):
			case <-r.Context().Done():
			}
		}))
		c := httpClient(t, client, nil)
		c.Timeout = 12 * time.Hour
		start := time.Now()
		_, err := c.Get("http://10.0.0.2/")
		var ne net.Error
		if !errors.As(err, &ne) || !ne.Timeout() || time.Since(start) != 12*time.Hour {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://10.0.0.2/", nil)
		start = time.Now()
		if _, err := c.Do(req); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// certificate is a certificate for a host, with the roots that vouch for it.
func certificate(t testing.TB, host string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, IPAddresses: []net.IP{net.ParseIP(host)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	roots := x509.NewCertPool()
	roots.AddCert(must[*x509.Certificate](t)(x509.ParseCertificate(der)))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// TestTLSOverBadNetwork: a handshake and a long transfer over a network that
// delays and loses.
func TestTLSOverBadNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client, server := hosts(t)
		link := sim.Link{Latency: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.02}
		w.SetLink(w.Hosts()[0], w.Hosts()[1], link)
		w.SetLink(w.Hosts()[1], w.Hosts()[0], link)
		cert, roots := certificate(t, "10.0.0.2")
		l := tls.NewListener(must[net.Listener](t)(server.Listen("tcp", ":443")), &tls.Config{Certificates: []tls.Certificate{cert}})
		defer l.Close()
		go func() {
			s, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if n, err := io.Copy(s, io.LimitReader(s, 1<<20)); n != 1<<20 || err != nil {
				t.Errorf("the server: %d, %v", n, err)
			}
		}()
		c := tls.Client(must[net.Conn](t)(client.Dial("tcp", "10.0.0.2:443")), &tls.Config{RootCAs: roots, ServerName: "10.0.0.2"})
		defer c.Close()
		// First, since bubbles do not see who waits for the lock of a handshake.
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		go c.Write(data)
		got := make([]byte, len(data))
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, data) {
			t.Errorf("the client: %v", err)
		}
	})
}

// TestWorldEnds: a call that waits when the world ends says so.
func TestWorldEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := sim.New(sim.Config{})
		stack := wsanet.New(w.MustHost("h", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
		l := must[net.Listener](t)(stack.Listen("tcp", ":1"))
		go func() {
			synctest.Wait()
			w.Close()
		}()
		if _, err := l.Accept(); !errors.Is(err, sim.ErrEnded) {
			t.Errorf("%v, want ErrEnded", err)
		}
		l.Close()
		stack.Close()
	})
}

// TestTruncationEndsLinuxServer shows the trap that a loop written on Linux falls
// into: a datagram larger than its buffer is an error, and the server ends.
func TestTruncationEndsLinuxServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := packets(t, "udp", "10.0.0.1:1000", "10.0.0.2:2000")
		ended := make(chan error, 1)
		go func() { ended <- serveUDP(s) }()
		ask := func(n int) bool {
			c.WriteTo(bytes.Repeat([]byte("x"), n), s.LocalAddr())
			c.SetReadDeadline(time.Now().Add(time.Second))
			_, _, err := c.ReadFrom(make([]byte, 512))
			return err == nil
		}
		if !ask(100) {
			t.Fatal("the server does not answer")
		}
		if ask(600) || ask(100) {
			t.Error("the server survived")
		}
		wantErr(t, <-ended, "read", "wsarecvfrom", wsa.WSAEMSGSIZE)
	})
}

// serveUDP answers datagrams until receiving fails, as many servers do.
func serveUDP(c net.PacketConn) error {
	b := make([]byte, 512)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return err
		}
		if _, err := c.WriteTo(b[:n], from); err != nil {
			return err
		}
	}
}
