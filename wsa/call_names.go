package wsa

// The calls of Names. A Room for text counts characters of UTF-16.
type (
	// GetAddrInfoCall is a call of GetAddrInfo.
	GetAddrInfoCall struct {
		NodeName    *string   `json:"node_name"`
		ServiceName *string   `json:"service_name,omitempty"`
		Hints       *AddrInfo `json:"hints,omitempty"`
	}
	// GetAddrInfoExCall is a call of GetAddrInfoEx; NullResult passes NULL for
	// ppResult, NameHandle a pointer for lpNameHandle.
	GetAddrInfoExCall struct {
		Name        *string      `json:"name"`
		ServiceName *string      `json:"service_name,omitempty"`
		NameSpace   uint32       `json:"name_space,omitempty"`
		NspID       *GUID        `json:"nsp_id,omitempty"`
		Hints       *AddrInfoEx  `json:"hints,omitempty"`
		NullResult  bool         `json:"null_result,omitempty"`
		Timeout     *Timeval     `json:"timeout,omitempty"`
		Overlapped  OverlappedID `json:"overlapped,omitempty"`
		Event       HANDLE       `json:"event,omitempty"`
		Routine     bool         `json:"routine,omitempty"`
		NameHandle  bool         `json:"name_handle,omitempty"`
	}
	// GetAddrInfoExCancelCall is a call of GetAddrInfoExCancel.
	GetAddrInfoExCancelCall struct {
		Handle *HANDLE `json:"handle"`
	}
	// GetAddrInfoExOverlappedResultCall is a call of
	// GetAddrInfoExOverlappedResult.
	GetAddrInfoExOverlappedResultCall struct {
		Overlapped OverlappedID `json:"overlapped"`
	}
	// GetNameInfoCall is a call of GetNameInfo.
	GetNameInfoCall struct {
		Sockaddr Bytes `json:"sockaddr"`
		Node     Room  `json:"node"`
		Service  Room  `json:"service"`
		Flags    int32 `json:"flags,omitempty"`
	}
	// GetHostNameCall is a call of GetHostName.
	GetHostNameCall struct {
		Name Room `json:"name"`
	}
	// GethostbynameCall is a call of gethostbyname.
	GethostbynameCall struct {
		Name *string `json:"name"`
	}
	// GethostbyaddrCall is a call of gethostbyaddr.
	GethostbyaddrCall struct {
		Addr Bytes `json:"addr"`
		Type int32 `json:"type"`
	}
	// GetservbynameCall is a call of getservbyname.
	GetservbynameCall struct {
		Name  *string `json:"name"`
		Proto *string `json:"proto,omitempty"`
	}
	// GetservbyportCall is a call of getservbyport.
	GetservbyportCall struct {
		Port  uint16  `json:"port"`
		Proto *string `json:"proto,omitempty"`
	}
	// GetprotobynameCall is a call of getprotobyname.
	GetprotobynameCall struct {
		Name *string `json:"name"`
	}
	// GetprotobynumberCall is a call of getprotobynumber.
	GetprotobynumberCall struct {
		Number int32 `json:"number"`
	}
	// InetAddrCall is a call of inet_addr.
	InetAddrCall struct {
		CP *string `json:"cp"`
	}
	// InetNtoaCall is a call of inet_ntoa.
	InetNtoaCall struct {
		In uint32 `json:"in"`
	}
)

func (GetAddrInfoCall) Op() string                   { return "GetAddrInfo" }
func (GetAddrInfoExCall) Op() string                 { return "GetAddrInfoEx" }
func (GetAddrInfoExCancelCall) Op() string           { return "GetAddrInfoExCancel" }
func (GetAddrInfoExOverlappedResultCall) Op() string { return "GetAddrInfoExOverlappedResult" }
func (GetNameInfoCall) Op() string                   { return "GetNameInfo" }
func (GetHostNameCall) Op() string                   { return "GetHostName" }
func (GethostbynameCall) Op() string                 { return "gethostbyname" }
func (GethostbyaddrCall) Op() string                 { return "gethostbyaddr" }
func (GetservbynameCall) Op() string                 { return "getservbyname" }
func (GetservbyportCall) Op() string                 { return "getservbyport" }
func (GetprotobynameCall) Op() string                { return "getprotobyname" }
func (GetprotobynumberCall) Op() string              { return "getprotobynumber" }
func (InetAddrCall) Op() string                      { return "inet_addr" }
func (InetNtoaCall) Op() string                      { return "inet_ntoa" }
