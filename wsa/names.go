package wsa

// AddrInfo is ADDRINFOW (ws2def.h; page ns-ws2def-addrinfow) as a Go value: a
// hint, or one of the addresses that a name stands for. A list of them is a
// slice, so ai_next is not a field and ai_addrlen is the length of Addr.
// [AddrInfoW] is the structure as it lies in memory.
type AddrInfo struct {
	Flags     int32  `json:"ai_flags,omitempty"`     // AI_*; 0 in results
	Family    int32  `json:"ai_family,omitempty"`    // AF_UNSPEC in hints: both AF_INET and AF_INET6
	SockType  int32  `json:"ai_socktype,omitempty"`  // 0 in hints: any; results have what the hints have
	Protocol  int32  `json:"ai_protocol,omitempty"`  // likewise
	CanonName string `json:"ai_canonname,omitempty"` // "" is NULL; in results with AI_CANONNAME or AI_FQDN only, and in the first only
	Addr      Bytes  `json:"ai_addr,omitzero"`       // a SOCKADDR; NULL in hints
}

// AddrInfoEx is ADDRINFOEXW (ws2def.h; page ns-ws2def-addrinfoexw) as a Go
// value. The two fields that it adds are for namespaces other than NS_DNS.
type AddrInfoEx struct {
	AddrInfo
	Blob     Bytes `json:"ai_blob,omitzero"`      // data of the namespace's own, ai_bloblen bytes; nil is NULL
	Provider *GUID `json:"ai_provider,omitempty"` // the namespace provider that found it; nil is NULL
}

// HostEnt is HOSTENT (winsock2.h; page ns-winsock2-hostent): what gethostbyname
// and gethostbyaddr find.
type HostEnt struct {
	Name     string   `json:"h_name"`              // the canonical name
	Aliases  []string `json:"h_aliases,omitempty"` // its other names
	AddrType int16    `json:"h_addrtype"`          // AF_INET or AF_INET6
	AddrList []Bytes  `json:"h_addr_list"`         // addresses of h_length bytes each, in network order
}

// ServEnt is SERVENT (winsock2.h; page ns-winsock2-servent): a service.
type ServEnt struct {
	Name    string   `json:"s_name"`              // as in the file of services
	Aliases []string `json:"s_aliases,omitempty"` // its other names
	Port    uint16   `json:"s_port"`              // as a number; C has it in network order
	Proto   string   `json:"s_proto"`             // "tcp" or "udp"
}

// ProtoEnt is PROTOENT (winsock2.h; page ns-winsock2-protoent): a protocol.
type ProtoEnt struct {
	Name    string   `json:"p_name"`              // as in the file of protocols
	Aliases []string `json:"p_aliases,omitempty"` // its other names
	Proto   int16    `json:"p_proto"`             // the number in the IP header, IPPROTO_*
}

// LookupRoutine is LPLOOKUPSERVICE_COMPLETION_ROUTINE: it is told that an
// overlapped GetAddrInfoEx has ended. It runs on a thread of the system's own,
// at any time after the call was made, whether or not anybody waits alertably:
// the sample of page nf-ws2tcpip-getaddrinfoexw waits for it with
// WaitForSingleObject. So the caller's thread may be in a call of its own
// meanwhile, and a routine that calls Winsock does so through another API
// value. bytes is 0 (observed GA20).
type LookupRoutine func(err Errno, bytes uint32, overlapped *Overlapped)

// Names finds out what names and addresses stand for.
//
// Text is Unicode, as in the functions of this kind whose names end in W:
// GetAddrInfo is GetAddrInfoW, and getaddrinfo but for its text. A *string is a
// pointer to text, nil is NULL: whether a name is "" or missing is behaviour
// (observed GA1, GA2). Output buffers of text are []uint16, whose length counts
// characters of UTF-16 with the NUL at the end; [TextOf] reads them.
//
// GetAddrInfo and GetAddrInfoEx return the error code itself and set the last
// error to it as well (observed GA1); success resets the last error (GA2).
//
// What they give are values, so nothing has to be freed: there is no
// FreeAddrInfo. The system backend copies what the system allocated and frees
// it before the call returns, or before the end of an overlapped lookup is told.
// HOSTENT, SERVENT and PROTOENT belong to the thread and not to the caller: the
// next call of the kind on the same thread overwrites what the pointer points
// to (pages nf-winsock2-gethostbyname, nf-winsock2-getservbyname; observed NH9),
// a trap that is kept.
type Names interface {
	// GetAddrInfo finds the addresses of a host and the port of a service
	// (page nf-ws2tcpip-getaddrinfow). nodeName may be a name, an address as
	// text, in brackets too, "" for this computer, or nil for the loopback
	// address, the wildcard with AI_PASSIVE. It waits as long as the lookup
	// takes and cannot be cancelled. Errors: WSAHOST_NOT_FOUND (no such name,
	// both names nil, AI_NUMERICHOST with a name), WSANO_DATA (no address of
	// the family), WSATRY_AGAIN, WSANO_RECOVERY (the resolver failed;
	// hints.Addr or hints.CanonName is there; AI_CANONNAME without a name),
	// WSATYPE_NOT_FOUND (service), WSAEINVAL (ai_flags), WSAEAFNOSUPPORT,
	// WSAESOCKTNOSUPPORT, WSANOTINITIALISED.
	GetAddrInfo(nodeName, serviceName *string, hints *AddrInfo) ([]AddrInfo, error)
	// GetAddrInfoEx is GetAddrInfo in a namespace (NS_DNS; NS_ALL), with a
	// time-out, and overlapped if overlapped is not nil (page
	// nf-ws2tcpip-getaddrinfoexw). Then it fails with WSA_IO_PENDING, and the
	// end is told by routine or, without one, by overlapped.HEvent; exactly
	// one of the two must be there. *result is written at the end, and
	// overlapped.Internal is then the error itself, WSAEINPROGRESS before.
	// *nameHandle, if nameHandle is not nil, is for GetAddrInfoExCancel.
	// Errors: as GetAddrInfo, and WSASERVICE_NOT_FOUND (namespace or
	// provider), WSAEINVAL (both event and routine, or neither), WSAEFAULT or
	// WSA_INVALID_PARAMETER (result is nil); when the time is over one of
	// WSA_E_CANCELLED, WSAETIMEDOUT, WAIT_TIMEOUT and WSATRY_AGAIN.
	GetAddrInfoEx(name, serviceName *string, nameSpace uint32, nspID *GUID, hints *AddrInfoEx, result *[]AddrInfoEx, timeout *Timeval, overlapped *Overlapped, routine LookupRoutine, nameHandle *HANDLE) error
	// GetAddrInfoExCancel ends a lookup with WSA_E_CANCELLED (page
	// nf-ws2tcpip-getaddrinfoexcancel). Errors: WSA_INVALID_HANDLE (nil,
	// unknown, or the lookup has ended).
	GetAddrInfoExCancel(handle *HANDLE) error
	// GetAddrInfoExOverlappedResult says how a lookup ended (page
	// nf-ws2tcpip-getaddrinfoexoverlappedresult). Errors: WSAEINPROGRESS (it
	// has not), WSAEINVAL (overlapped is nil), WSA_E_CANCELLED (it was cancelled),
	// and the lookup's own.
	GetAddrInfoExOverlappedResult(overlapped *Overlapped) error
	// GetNameInfo stores the name of the host that has an address and the name
	// of the service at its port (page nf-ws2tcpip-getnameinfow); nil for what
	// is not wanted. A host or service without a name is written as a number,
	// unless NI_NAMEREQD is set. NI_MAXHOST and NI_MAXSERV characters are
	// always enough. Errors: WSAEFAULT (sockaddr), WSAEAFNOSUPPORT, WSAEINVAL
	// (flags), WSAEINVAL or ERROR_INSUFFICIENT_BUFFER (a buffer without room),
	// WSAHOST_NOT_FOUND (no name with
	// NI_NAMEREQD; both buffers nil), WSATRY_AGAIN, WSANO_RECOVERY.
	GetNameInfo(sockaddr []byte, node, service []uint16, flags int32) error
	// GetHostName stores this computer's name, which GetAddrInfo resolves
	// (page nf-winsock2-gethostnamew); 256 characters are always enough.
	// Errors: WSAEFAULT (nil, or no room).
	GetHostName(name []uint16) error

	// Gethostbyname is GetAddrInfo of old (page nf-winsock2-gethostbyname): of
	// IPv4 only, and with aliases. nil and "" are this computer. Errors:
	// WSAHOST_NOT_FOUND, WSANO_DATA (also for an IPv6 address as text),
	// WSATRY_AGAIN, WSANO_RECOVERY.
	Gethostbyname(name *string) (*HostEnt, error)
	// Gethostbyaddr finds the name of the host with an address of 4 or 16
	// bytes (page nf-winsock2-gethostbyaddr). Errors: WSAEFAULT (nil or
	// short), WSAEINVAL (length), WSAEAFNOSUPPORT, WSAHOST_NOT_FOUND,
	// WSANO_DATA, WSATRY_AGAIN, WSANO_RECOVERY.
	Gethostbyaddr(addr []byte, typ int32) (*HostEnt, error)
	// Getservbyname finds a service by its name or an alias, and by its
	// protocol unless that is nil (page nf-winsock2-getservbyname). Errors:
	// WSANO_DATA, WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY, WSAEFAULT
	// (name is nil).
	Getservbyname(name, proto *string) (*ServEnt, error)
	// Getservbyport is Getservbyname by the port, a number (page
	// nf-winsock2-getservbyport). Errors: as Getservbyname.
	Getservbyport(port uint16, proto *string) (*ServEnt, error)
	// Getprotobyname finds a protocol by its name or an alias, in any case
	// (page nf-winsock2-getprotobyname; observed NH10). Errors: as
	// Getservbyname.
	Getprotobyname(name *string) (*ProtoEnt, error)
	// Getprotobynumber is Getprotobyname by the number (page
	// nf-winsock2-getprotobynumber). Errors: as Getservbyname.
	Getprotobynumber(number int32) (*ProtoEnt, error)

	// InetAddr reads an IPv4 address (page nf-winsock2-inet_addr): the number
	// that its bytes in network order make, INADDR_NONE for what is none.
	// [ParseInetAddr] says which texts are addresses. It never fails.
	InetAddr(cp *string) uint32
	// InetNtoa writes what InetAddr reads (page nf-winsock2-inet_ntoa). C has
	// it in a buffer of the thread (observed NH4).
	InetNtoa(in uint32) string
}

// TextOf is the text in an output buffer, up to its NUL.
func TextOf(units []uint16) string {
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		if u == 0 {
			break
		}
		b = le.AppendUint16(b, u)
	}
	return DecodeUTF16(b)
}

// StoreText writes text and a NUL into an output buffer; false, with nothing
// written, when it has no room or the text is not WTF-8.
func StoreText(buf []uint16, text string) bool {
	b, err := EncodeUTF16(text)
	if err != nil || len(b)/2 >= len(buf) {
		return false
	}
	for i := range len(b) / 2 {
		buf[i] = le.Uint16(b[2*i:])
	}
	buf[len(b)/2] = 0
	return true
}
