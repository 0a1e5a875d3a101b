package interop_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// service is a gRPC service with a call and a stream, both of which answer with
// what they are sent, and a call that waits for ever.
var service = grpc.ServiceDesc{
	ServiceName: "wsasim.Echo",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{
		{MethodName: "Once", Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.BytesValue)
			err := decode(in)
			return in, err
		}},
		{MethodName: "Never", Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			<-ctx.Done()
			return nil, status.FromContextError(ctx.Err()).Err()
		}},
	},
	Streams: []grpc.StreamDesc{{StreamName: "Many", ServerStreams: true, ClientStreams: true, Handler: func(_ any, s grpc.ServerStream) error {
		for {
			in := new(wrapperspb.BytesValue)
			if err := s.RecvMsg(in); err != nil {
				if err == io.EOF {
					return nil
				}
				return err
			}
			if err := s.SendMsg(in); err != nil {
				return err
			}
		}
	}}},
}

// dialGRPC serves on one host and gives the other's client.
func dialGRPC(t *testing.T, client, server *wsanet.Stack) *grpc.ClientConn {
	t.Helper()
	srv := grpc.NewServer()
	srv.RegisterService(&service, nil)
	l := must[net.Listener](t)(server.Listen("tcp", ":50051"))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := srv.Serve(l); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	d := wsanet.Dialer{Stack: client}
	cc := must[*grpc.ClientConn](t)(grpc.NewClient("passthrough:///10.0.0.2:50051",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) })))
	t.Cleanup(func() {
		cc.Close()
		srv.Stop()
		wg.Wait()
	})
	return cc
}

// TestGRPC: calls at once, a stream of messages of many sizes, a deadline of
// hours, over perfect links and over links that delay and lose.
func TestGRPC(t *testing.T) {
	for name, link := range map[string]sim.Link{
		"perfect": {},
		"bad":     {Latency: 30 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.02},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, client, server := hosts(t)
				slow(w, link)
				cc := dialGRPC(t, client, server)
				callAtOnce(t, cc)
				stream(t, cc)
				ctx, cancel := context.WithTimeout(t.Context(), 6*time.Hour)
				defer cancel()
				start := time.Now()
				err := cc.Invoke(ctx, "/wsasim.Echo/Never", new(wrapperspb.BytesValue), new(wrapperspb.BytesValue))
				if status.Code(err) != codes.DeadlineExceeded || time.Since(start) < 6*time.Hour {
					t.Errorf("%v after %v", err, time.Since(start))
				}
			})
		})
	}
}

func callAtOnce(t *testing.T, cc *grpc.ClientConn) {
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			in, out := wrapperspb.Bytes(bytes.Repeat([]byte{byte(i)}, 10_000*i)), new(wrapperspb.BytesValue)
			if err := cc.Invoke(t.Context(), "/wsasim.Echo/Once", in, out); err != nil || !bytes.Equal(in.Value, out.Value) {
				t.Errorf("call %d: %d bytes, %v", i, len(out.Value), err)
			}
		})
	}
	wg.Wait()
}

func stream(t *testing.T, cc *grpc.ClientConn) {
	s, err := cc.NewStream(t.Context(), &service.Streams[0], "/wsasim.Echo/Many")
	if err != nil {
		t.Fatal(err)
	}
	const messages = 200
	go func() {
		for i := range messages {
			if err := s.SendMsg(wrapperspb.Bytes(make([]byte, i*i))); err != nil {
				t.Error(err)
			}
		}
		s.CloseSend()
	}()
	for i := range messages {
		out := new(wrapperspb.BytesValue)
		if err := s.RecvMsg(out); err != nil || len(out.Value) != i*i {
			t.Fatalf("message %d: %d bytes, %v", i, len(out.Value), err)
		}
	}
	if err := s.RecvMsg(new(wrapperspb.BytesValue)); err != io.EOF {
		t.Error(err)
	}
}

// TestGRPCRefused: a port that refuses makes a call fail as unavailable, with the
// text of the error that Windows gives.
func TestGRPCRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, _ := hosts(t)
		d := wsanet.Dialer{Stack: client}
		cc := must[*grpc.ClientConn](t)(grpc.NewClient("passthrough:///10.0.0.2:1",
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) })))
		defer cc.Close()
		err := cc.Invoke(t.Context(), "/wsasim.Echo/Once", new(wrapperspb.BytesValue), new(wrapperspb.BytesValue))
		if status.Code(err) != codes.Unavailable || !bytes.Contains([]byte(err.Error()), []byte("connectex: WSAECONNREFUSED")) {
			t.Error(err)
		}
	})
}
