package wsanet

import (
	"encoding"
	"errors"
	"net/netip"

	"wsasim/wsa"
)

// Security is what a socket is to be secured with. Its calls are made after the
// Control function and before the socket is bound or connected.
type Security struct {
	// Settings is a *wsa.SecuritySettings or *wsa.SecuritySettingsIPsec; nil is
	// the system's default policy.
	Settings encoding.BinaryAppender
	// PeerTargetName is the service principal name that the peer of a dialed
	// connection must prove to have, such as "host/server.example.com". Empty:
	// any peer that the policy accepts. A listener has no peer yet; what is
	// given here is then for every peer.
	PeerTargetName string
	// Peers are target names for single peers of a datagram socket.
	Peers []PeerName
}

// PeerName is the service principal name of the peer at an address.
type PeerName struct {
	Addr netip.AddrPort // of the peer, port included
	Name string         // such as "host/server.example.com"
}

// apply makes the calls. The error is a *os.SyscallError with the name of the
// function in small letters, or a *wsa.EncodeError.
func (p *Security) apply(s *socket, peer endpoint) error {
	if p == nil {
		return nil
	}
	api := s.wr.t.Load().api
	var settings []byte
	if p.Settings != nil {
		var err error
		if settings, err = p.Settings.AppendBinary(nil); err != nil {
			return err
		}
	}
	if err := api.WSASetSocketSecurity(s.handle, settings, nil, nil); err != nil {
		return syscallError("wsasetsocketsecurity", err)
	}
	if p.PeerTargetName != "" {
		var to netip.AddrPort
		if s.typ == wsa.SOCK_DGRAM && len(peer.ip) > 0 {
			addr, _ := netip.AddrFromSlice(peer.ip)
			to = netip.AddrPortFrom(addr.Unmap(), uint16(peer.port))
		}
		if err := setTargetName(api, s, to, p.PeerTargetName); err != nil {
			return err
		}
	}
	for _, peer := range p.Peers {
		if err := setTargetName(api, s, peer.Addr, peer.Name); err != nil {
			return err
		}
	}
	return nil
}

// setTargetName names the principal that a peer must be; the zero AddrPort is
// any peer.
func setTargetName(api wsa.API, s *socket, peer netip.AddrPort, name string) error {
	target := wsa.PeerTargetName{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, Name: name}
	if peer.IsValid() {
		peer, err := forFamily(peer, s.family)
		if err != nil {
			return err
		}
		if target.PeerAddress, err = wsa.StorageFrom(peer); err != nil {
			return err
		}
	}
	b, err := target.AppendBinary(nil)
	if err != nil {
		return err
	}
	return syscallError("wsasetsocketpeertargetname", api.WSASetSocketPeerTargetName(s.handle, b, nil, nil))
}

// SecurityInfo is how a connection is secured.
type SecurityInfo struct {
	wsa.SecurityQueryInfoIPsec2
	stack *Stack
}

// Close closes the access tokens.
func (i *SecurityInfo) Close() error {
	t, err := i.stack.take()
	if err != nil {
		return err
	}
	defer i.stack.give(t)
	for _, token := range []*uint64{&i.PeerApplicationAccessTokenHandle, &i.PeerMachineAccessTokenHandle} {
		if *token != 0 {
			err = errors.Join(err, syscallError("closehandle", t.api.CloseHandle(wsa.HANDLE(*token))))
			*token = 0
		}
	}
	return err
}

// Security asks how the connection is secured (WSAQuerySocketSecurity): flags,
// numbers of the associations and, if access asks for some rights (TOKEN_*), the
// peer's access tokens, which the result's Close closes. Errors are
// *os.SyscallError "wsaquerysocketsecurity" in a *net.OpError "get", WSAEINVAL
// among them for a socket that is not secured.
func (c *TCPConn) Security(access uint32) (*SecurityInfo, error) {
	return c.security(access, netip.AddrPort{})
}

// Security asks how what is exchanged with a peer is secured: see
// [TCPConn.Security].
func (c *UDPConn) Security(access uint32, peer netip.AddrPort) (*SecurityInfo, error) {
	return c.security(access, peer)
}

func (s *socket) security(access uint32, peer netip.AddrPort) (*SecurityInfo, error) {
	info := &SecurityInfo{stack: s.stack}
	template := wsa.SecurityQueryTemplateIPsec2{
		SecurityProtocol:    wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2,
		PeerTokenAccessMask: access,
		FieldMask:           wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID | wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID,
	}
	err := s.call(func(t *thread) error {
		if peer.IsValid() {
			peer, err := forFamily(peer, s.family)
			if err != nil {
				return err
			}
			if template.PeerAddress, err = wsa.StorageFrom(peer); err != nil {
				return err
			}
		}
		in, _ := template.AppendBinary(nil)
		out := make([]byte, wsa.SecurityQueryInfoIPsec2Size)
		n := uint32(len(out))
		if err := t.api.WSAQuerySocketSecurity(s.handle, in, out, &n, nil, nil); err != nil {
			return syscallError("wsaquerysocketsecurity", err)
		}
		return info.UnmarshalBinary(out)
	})
	if err != nil {
		return nil, s.opError("get", err)
	}
	return info, nil
}
