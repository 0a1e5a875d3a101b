package wsa_test

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"wsasim/wsa"
)

// The name that a client sets before it connects: which computer must be at the other
// end.
func ExamplePeerTargetName() {
	peer, err := wsa.StorageFrom(netip.MustParseAddrPort("10.0.0.1:443"))
	if err != nil {
		fmt.Println(err)
		return
	}
	name := wsa.PeerTargetName{
		SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC,
		PeerAddress:      peer,
		Name:             wsa.HostSPN("server.example.com").String(),
	}
	b, err := name.AppendBinary(nil)
	fmt.Println(len(b), "bytes,", err)
	// The caller would go on with api.WSASetSocketPeerTargetName(s, b, nil, nil).

	var back wsa.PeerTargetName
	fmt.Println(back.UnmarshalBinary(b), back.Name)
	fmt.Println(back.UnmarshalBinary(b[:150]))
	// Output:
	// 190 bytes, <nil>
	// <nil> host/server.example.com
	// SOCKET_PEER_TARGET_NAME.AllStrings at offset 140: the buffer must have 186 bytes and has 150
}

// Errors compare as they do on Windows, on every system.
func ExampleErrno() {
	err := fmt.Errorf("read: %w", wsa.WSAECONNRESET.Err())
	fmt.Println(err)
	fmt.Println(errors.Is(err, wsa.WSAECONNRESET), errors.Is(err, syscall.Errno(10054)))
	// The POSIX name is another number on Windows: this test is a bug there.
	fmt.Println(errors.Is(err, syscall.ECONNRESET))
	fmt.Println(wsa.Errno(0).Err())
	// Output:
	// read: WSAECONNRESET (10054): the peer reset the connection
	// true true
	// false
	// <nil>
}

func ExampleDsMakeSpn() {
	spn, err := wsa.DsMakeSpn("ldap", "example.com", "dc1.example.com", 389, "")
	fmt.Println(spn, err)
	n, err := wsa.ParseSPN("HOST/Server.example.com")
	fmt.Println(n.Equal(wsa.HostSPN("server.example.com")), err)
	_, err = wsa.ParseSPN("server.example.com")
	fmt.Println(err)
	// Output:
	// ldap/dc1.example.com:389/example.com <nil>
	// true <nil>
	// WSA_INVALID_PARAMETER (87): the operating system rejected an argument
}

// Tools build and print structures field by field.
func ExampleLayout_Decode() {
	layout, err := wsa.Struct("SOCKET_SECURITY_SETTINGS", wsa.AMD64)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := layout.Encode("SecurityFlags=SOCKET_SETTINGS_GUARANTEE_ENCRYPTION|SOCKET_SETTINGS_ALLOW_INSECURE")
	fmt.Printf("%x %v\n", b, err)
	fields, err := layout.Decode(b)
	for _, f := range fields {
		fmt.Printf("%d+%d %s = %s\n", f.Offset, f.Size, f.Name, f.Text)
	}
	fmt.Println(err)
	// Output:
	// 0000000003000000 <nil>
	// 0+4 SecurityProtocol = SOCKET_SECURITY_PROTOCOL_DEFAULT
	// 4+4 SecurityFlags = SOCKET_SETTINGS_GUARANTEE_ENCRYPTION|SOCKET_SETTINGS_ALLOW_INSECURE
	// <nil>
}

func ExampleParseSockaddr() {
	ap, err := wsa.ParseSockaddr(wsa.Sockaddr(netip.MustParseAddrPort("[fe80::1%3]:53")))
	fmt.Println(ap, err)
	_, err = wsa.ParseSockaddr([]byte{1, 0, 'x'})
	fmt.Println(err)
	// Output:
	// [fe80::1%3]:53 <nil>
	// SOCKADDR.sa_family at offset 0: expected AF_INET or AF_INET6, found AF_UNIX
}
