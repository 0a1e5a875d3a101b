package wsa

// The error numbers. Sources: page windows-sockets-error-codes-2 for the
// codes it lists, winerror.h and winsock2.h for the others. The meanings are in
// our own words.

// WSABASEERR is the number the Winsock codes count from (winsock2.h).
const WSABASEERR = 10000

// Winsock error codes (page windows-sockets-error-codes-2). Those below
// WSABASEERR are Win32 codes under a Winsock name.
const (
	WSA_INVALID_HANDLE          Errno = 6     // the handle is not valid
	WSA_NOT_ENOUGH_MEMORY       Errno = 8     // the operating system has not enough memory
	WSA_INVALID_PARAMETER       Errno = 87    // the operating system rejected an argument
	WSA_OPERATION_ABORTED       Errno = 995   // the overlapped operation was cancelled: its socket was closed, its thread ended, or it was cancelled or flushed
	WSA_IO_INCOMPLETE           Errno = 996   // the overlapped operation has not finished
	WSA_IO_PENDING              Errno = 997   // the overlapped operation has started and will report its result later
	WSAEINTR                    Errno = 10004 // the blocking call was cancelled
	WSAEBADF                    Errno = 10009 // the file handle is not valid
	WSAEACCES                   Errno = 10013 // access rules forbid it: a broadcast without SO_BROADCAST, or an address that another socket holds exclusively
	WSAEFAULT                   Errno = 10014 // a pointer is bad or a length is too small for what it must hold
	WSAEINVAL                   Errno = 10022 // an argument is not acceptable, or the socket is in the wrong state for the call
	WSAEMFILE                   Errno = 10024 // no more sockets can be opened
	WSAEWOULDBLOCK              Errno = 10035 // a nonblocking socket cannot finish this now; try again later
	WSAEINPROGRESS              Errno = 10036 // another blocking operation is running
	WSAEALREADY                 Errno = 10037 // an operation of this kind is already running on the socket
	WSAENOTSOCK                 Errno = 10038 // the descriptor is not a socket
	WSAEDESTADDRREQ             Errno = 10039 // a destination address is missing
	WSAEMSGSIZE                 Errno = 10040 // a message or structure does not fit its buffer or a limit
	WSAEPROTOTYPE               Errno = 10041 // the protocol does not fit the socket type
	WSAENOPROTOOPT              Errno = 10042 // the option or level is unknown or not supported
	WSAEPROTONOSUPPORT          Errno = 10043 // the protocol is not installed or does not fit the type
	WSAESOCKTNOSUPPORT          Errno = 10044 // the address family does not offer this socket type
	WSAEOPNOTSUPP               Errno = 10045 // the operation is not available on this kind of socket
	WSAEPFNOSUPPORT             Errno = 10046 // the protocol family is not installed
	WSAEAFNOSUPPORT             Errno = 10047 // the address family does not fit the socket or the protocol
	WSAEADDRINUSE               Errno = 10048 // another socket uses the address and port, or is still closing
	WSAEADDRNOTAVAIL            Errno = 10049 // the address or port cannot be used from here
	WSAENETDOWN                 Errno = 10050 // the network is down
	WSAENETUNREACH              Errno = 10051 // no route to the network is known
	WSAENETRESET                Errno = 10052 // keep-alive found the connection dead while a call was in progress
	WSAECONNABORTED             Errno = 10053 // the local system gave up the connection
	WSAECONNRESET               Errno = 10054 // the peer reset the connection
	WSAENOBUFS                  Errno = 10055 // no buffer space is left, or a queue is full
	WSAEISCONN                  Errno = 10056 // the socket is already connected
	WSAENOTCONN                 Errno = 10057 // the socket is not connected
	WSAESHUTDOWN                Errno = 10058 // this direction of the socket has been shut down
	WSAETOOMANYREFS             Errno = 10059 // a kernel object has too many references
	WSAETIMEDOUT                Errno = 10060 // the peer did not answer in time
	WSAECONNREFUSED             Errno = 10061 // the peer refused the connection; normally nothing listens there
	WSAELOOP                    Errno = 10062 // a name cannot be translated
	WSAENAMETOOLONG             Errno = 10063 // a name or a part of it is too long
	WSAEHOSTDOWN                Errno = 10064 // the destination host is down
	WSAEHOSTUNREACH             Errno = 10065 // the destination host cannot be reached
	WSAENOTEMPTY                Errno = 10066 // a directory is not empty
	WSAEPROCLIM                 Errno = 10067 // too many processes use Winsock
	WSAEUSERS                   Errno = 10068 // a quota of users is exhausted
	WSAEDQUOT                   Errno = 10069 // a disk quota is exhausted
	WSAESTALE                   Errno = 10070 // a file handle refers to something that is gone
	WSAEREMOTE                  Errno = 10071 // the item is not available locally
	WSASYSNOTREADY              Errno = 10091 // the network subsystem cannot be used now
	WSAVERNOTSUPPORTED          Errno = 10092 // the Winsock version asked for is not offered
	WSANOTINITIALISED           Errno = 10093 // WSAStartup has not succeeded, or WSACleanup has undone it
	WSAEDISCON                  Errno = 10101 // the peer shut the connection down gracefully
	WSAENOMORE                  Errno = 10102 // there is no further result
	WSAECANCELLED               Errno = 10103 // the look-up was cancelled
	WSAEINVALIDPROCTABLE        Errno = 10104 // a provider supplied a bad procedure table
	WSAEINVALIDPROVIDER         Errno = 10105 // a provider is invalid or reports another version than 2.0
	WSAEPROVIDERFAILEDINIT      Errno = 10106 // a provider could not be loaded or initialised
	WSASYSCALLFAILURE           Errno = 10107 // a system call that should never fail has failed
	WSASERVICE_NOT_FOUND        Errno = 10108 // the service is not known in the name space
	WSATYPE_NOT_FOUND           Errno = 10109 // the service class is not known
	WSA_E_NO_MORE               Errno = 10110 // there is no further result (newer name of WSAENOMORE)
	WSA_E_CANCELLED             Errno = 10111 // the look-up was cancelled (newer name of WSAECANCELLED)
	WSAEREFUSED                 Errno = 10112 // a database query was refused
	WSAHOST_NOT_FOUND           Errno = 11001 // no such host name or alias
	WSATRY_AGAIN                Errno = 11002 // name resolution failed for now: no authoritative server answered
	WSANO_RECOVERY              Errno = 11003 // name resolution failed for good
	WSANO_DATA                  Errno = 11004 // the name exists but has no record of the type asked for
	WSA_QOS_RECEIVERS           Errno = 11005 // QoS: at least one reserve arrived
	WSA_QOS_SENDERS             Errno = 11006 // QoS: at least one path arrived
	WSA_QOS_NO_SENDERS          Errno = 11007 // QoS: no senders
	WSA_QOS_NO_RECEIVERS        Errno = 11008 // QoS: no receivers
	WSA_QOS_REQUEST_CONFIRMED   Errno = 11009 // QoS: reserve confirmed
	WSA_QOS_ADMISSION_FAILURE   Errno = 11010 // QoS: too few resources
	WSA_QOS_POLICY_FAILURE      Errno = 11011 // QoS: policy could not grant the resource
	WSA_QOS_BAD_STYLE           Errno = 11012 // QoS: style unknown or conflicting
	WSA_QOS_BAD_OBJECT          Errno = 11013 // QoS: problem in filter spec or provider buffer
	WSA_QOS_TRAFFIC_CTRL_ERROR  Errno = 11014 // QoS: traffic-control API error (out of memory or provider fault)
	WSA_QOS_GENERIC_ERROR       Errno = 11015 // QoS: general error
	WSA_QOS_ESERVICETYPE        Errno = 11016 // QoS: service type in the flow spec invalid or unknown
	WSA_QOS_EFLOWSPEC           Errno = 11017 // QoS: flow spec in the QOS structure invalid or inconsistent
	WSA_QOS_EPROVSPECBUF        Errno = 11018 // QoS: provider-specific buffer invalid
	WSA_QOS_EFILTERSTYLE        Errno = 11019 // QoS: filter style invalid
	WSA_QOS_EFILTERTYPE         Errno = 11020 // QoS: filter type invalid
	WSA_QOS_EFILTERCOUNT        Errno = 11021 // QoS: filter count wrong in flow descriptor
	WSA_QOS_EOBJLENGTH          Errno = 11022 // QoS: ObjectLength in the provider buffer wrong
	WSA_QOS_EFLOWCOUNT          Errno = 11023 // QoS: number of flow descriptors wrong
	WSA_QOS_EUNKOWNPSOBJ        Errno = 11024 // QoS: unknown object in provider buffer
	WSA_QOS_EPOLICYOBJ          Errno = 11025 // QoS: policy object invalid
	WSA_QOS_EFLOWDESC           Errno = 11026 // QoS: flow descriptor invalid
	WSA_QOS_EPSFLOWSPEC         Errno = 11027 // QoS: provider-specific flow spec invalid
	WSA_QOS_EPSFILTERSPEC       Errno = 11028 // QoS: provider-specific filter spec invalid
	WSA_QOS_ESDMODEOBJ          Errno = 11029 // QoS: shape-discard mode object invalid
	WSA_QOS_ESHAPERATEOBJ       Errno = 11030 // QoS: shaping-rate object invalid
	WSA_QOS_RESERVED_PETYPE     Errno = 11031 // QoS: reserved policy element in provider buffer
	WSA_SECURE_HOST_NOT_FOUND   Errno = 11032 // secure name resolution failed
	WSA_IPSEC_NAME_POLICY_ERROR Errno = 11033 // a name-based IPsec policy could not be added
)

// Win32 codes that surface around Winsock: from completion ports, the SPN
// functions and the loader (winerror.h).
const (
	ERROR_SUCCESS               Errno = 0    // success
	ERROR_INVALID_FUNCTION      Errno = 1    // the function is not valid
	ERROR_FILE_NOT_FOUND        Errno = 2    // the file was not found
	ERROR_PATH_NOT_FOUND        Errno = 3    // the path was not found
	ERROR_ACCESS_DENIED         Errno = 5    // access is denied
	ERROR_SHARING_VIOLATION     Errno = 32   // another process is using the file
	ERROR_HANDLE_EOF            Errno = 38   // the end of the file was reached
	ERROR_NOT_SUPPORTED         Errno = 50   // the request is not supported
	ERROR_DUP_NAME              Errno = 52   // the name exists twice on the network
	ERROR_BAD_NETPATH           Errno = 53   // the network path was not found
	ERROR_NETWORK_BUSY          Errno = 54   // the network is busy
	ERROR_UNEXP_NET_ERR         Errno = 59   // an unexpected network error
	ERROR_NETNAME_DELETED       Errno = 64   // the connection was reset (as a completion port reports it)
	ERROR_FILE_EXISTS           Errno = 80   // the file exists
	ERROR_BUFFER_OVERFLOW       Errno = 111  // the buffer is too small for the result
	ERROR_CALL_NOT_IMPLEMENTED  Errno = 120  // the function is not available on this system
	ERROR_SEM_TIMEOUT           Errno = 121  // the connection attempt timed out (as a completion port reports it)
	ERROR_INSUFFICIENT_BUFFER   Errno = 122  // the buffer is too small
	ERROR_MOD_NOT_FOUND         Errno = 126  // the library was not found
	ERROR_PROC_NOT_FOUND        Errno = 127  // the library does not export the function
	ERROR_DIR_NOT_EMPTY         Errno = 145  // the directory is not empty
	ERROR_ALREADY_EXISTS        Errno = 183  // the object exists already
	ERROR_MORE_DATA             Errno = 234  // the datagram was cut (as a completion port reports it)
	WAIT_TIMEOUT                      = 258  // the wait timed out
	ERROR_MR_MID_NOT_FOUND      Errno = 317  // there is no Win32 code for the status
	ERROR_ABANDONED_WAIT_0      Errno = 735  // the completion port was closed during the wait
	ERROR_NOACCESS              Errno = 998  // a pointer is not valid
	ERROR_NOT_FOUND             Errno = 1168 // there was nothing to cancel or find
	ERROR_INVALID_DOMAINNAME    Errno = 1212 // the domain name has the wrong form
	ERROR_INVALID_NETNAME       Errno = 1214 // the network name has the wrong form
	ERROR_CONNECTION_REFUSED    Errno = 1225 // the connection was refused (as a completion port reports it)
	ERROR_GRACEFUL_DISCONNECT   Errno = 1226 // the peer ended the connection gracefully
	ERROR_CONNECTION_ACTIVE     Errno = 1230 // the connection exists already
	ERROR_NETWORK_UNREACHABLE   Errno = 1231 // no route to the network (as a completion port reports it)
	ERROR_HOST_UNREACHABLE      Errno = 1232 // no route to the host (as a completion port reports it)
	ERROR_PROTOCOL_UNREACHABLE  Errno = 1233 // the remote host does not support the protocol
	ERROR_PORT_UNREACHABLE      Errno = 1234 // no one listens on the remote port (as a completion port reports it)
	ERROR_REQUEST_ABORTED       Errno = 1235 // the request was aborted
	ERROR_CONNECTION_ABORTED    Errno = 1236 // the connection was aborted by this side (as a completion port reports it)
	ERROR_HOST_DOWN             Errno = 1256 // the remote system is not available
	ERROR_PRIVILEGE_NOT_HELD    Errno = 1314 // the caller lacks a privilege that is needed
	ERROR_NO_SYSTEM_RESOURCES   Errno = 1450 // the system has not enough resources
	ERROR_INVALID_USER_BUFFER   Errno = 1784 // the buffer does not fit the operation
	DNS_ERROR_INVALID_NAME_CHAR Errno = 9560 // the name holds a character that DNS names cannot have
)

// Second names of the same numbers (winerror.h, winbase.h); String and
// MarshalText use the first name.
const (
	NO_ERROR                = ERROR_SUCCESS
	ERROR_INVALID_HANDLE    = WSA_INVALID_HANDLE
	ERROR_NOT_ENOUGH_MEMORY = WSA_NOT_ENOUGH_MEMORY
	ERROR_INVALID_PARAMETER = WSA_INVALID_PARAMETER
	ERROR_OPERATION_ABORTED = WSA_OPERATION_ABORTED
	ERROR_IO_INCOMPLETE     = WSA_IO_INCOMPLETE
	ERROR_IO_PENDING        = WSA_IO_PENDING
	WSA_WAIT_TIMEOUT        = WAIT_TIMEOUT
)

// What getaddrinfo and getnameinfo return: the Winsock code under the name the
// standard gave it (ws2tcpip.h). EAI_NODATA is 11004 here, as in mingw-w64; the
// Windows SDK makes it a second name of EAI_NONAME, 11001.
const (
	EAI_MEMORY       = WSA_NOT_ENOUGH_MEMORY
	EAI_BADFLAGS     = WSAEINVAL
	EAI_SOCKTYPE     = WSAESOCKTNOSUPPORT
	EAI_FAMILY       = WSAEAFNOSUPPORT
	EAI_SERVICE      = WSATYPE_NOT_FOUND
	EAI_NONAME       = WSAHOST_NOT_FOUND
	EAI_AGAIN        = WSATRY_AGAIN
	EAI_FAIL         = WSANO_RECOVERY
	EAI_NODATA       = WSANO_DATA
	EAI_NOSECURENAME = WSA_SECURE_HOST_NOT_FOUND
	EAI_IPSECPOLICY  = WSA_IPSEC_NAME_POLICY_ERROR
)

// errnoEntry is one row of the table: a number, its name, what it means.
type errnoEntry struct {
	code    Errno
	name    string
	meaning string
}

// errnoTable is every code this package knows, sorted by number, each number
// once.
var errnoTable = [...]errnoEntry{
	{ERROR_SUCCESS, "ERROR_SUCCESS", "success"},
	{ERROR_INVALID_FUNCTION, "ERROR_INVALID_FUNCTION", "the function is not valid"},
	{ERROR_FILE_NOT_FOUND, "ERROR_FILE_NOT_FOUND", "the file was not found"},
	{ERROR_PATH_NOT_FOUND, "ERROR_PATH_NOT_FOUND", "the path was not found"},
	{ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED", "access is denied"},
	{WSA_INVALID_HANDLE, "WSA_INVALID_HANDLE", "the handle is not valid"},
	{WSA_NOT_ENOUGH_MEMORY, "WSA_NOT_ENOUGH_MEMORY", "the operating system has not enough memory"},
	{ERROR_SHARING_VIOLATION, "ERROR_SHARING_VIOLATION", "another process is using the file"},
	{ERROR_HANDLE_EOF, "ERROR_HANDLE_EOF", "the end of the file was reached"},
	{ERROR_NOT_SUPPORTED, "ERROR_NOT_SUPPORTED", "the request is not supported"},
	{ERROR_DUP_NAME, "ERROR_DUP_NAME", "the name exists twice on the network"},
	{ERROR_BAD_NETPATH, "ERROR_BAD_NETPATH", "the network path was not found"},
	{ERROR_NETWORK_BUSY, "ERROR_NETWORK_BUSY", "the network is busy"},
	{ERROR_UNEXP_NET_ERR, "ERROR_UNEXP_NET_ERR", "an unexpected network error"},
	{ERROR_NETNAME_DELETED, "ERROR_NETNAME_DELETED", "the connection was reset (as a completion port reports it)"},
	{ERROR_FILE_EXISTS, "ERROR_FILE_EXISTS", "the file exists"},
	{WSA_INVALID_PARAMETER, "WSA_INVALID_PARAMETER", "the operating system rejected an argument"},
	{ERROR_BUFFER_OVERFLOW, "ERROR_BUFFER_OVERFLOW", "the buffer is too small for the result"},
	{ERROR_CALL_NOT_IMPLEMENTED, "ERROR_CALL_NOT_IMPLEMENTED", "the function is not available on this system"},
	{ERROR_SEM_TIMEOUT, "ERROR_SEM_TIMEOUT", "the connection attempt timed out (as a completion port reports it)"},
	{ERROR_INSUFFICIENT_BUFFER, "ERROR_INSUFFICIENT_BUFFER", "the buffer is too small"},
	{ERROR_MOD_NOT_FOUND, "ERROR_MOD_NOT_FOUND", "the library was not found"},
	{ERROR_PROC_NOT_FOUND, "ERROR_PROC_NOT_FOUND", "the library does not export the function"},
	{ERROR_DIR_NOT_EMPTY, "ERROR_DIR_NOT_EMPTY", "the directory is not empty"},
	{ERROR_ALREADY_EXISTS, "ERROR_ALREADY_EXISTS", "the object exists already"},
	{ERROR_MORE_DATA, "ERROR_MORE_DATA", "the datagram was cut (as a completion port reports it)"},
	{WAIT_TIMEOUT, "WAIT_TIMEOUT", "the wait timed out"},
	{ERROR_MR_MID_NOT_FOUND, "ERROR_MR_MID_NOT_FOUND", "there is no Win32 code for the status"},
	{ERROR_ABANDONED_WAIT_0, "ERROR_ABANDONED_WAIT_0", "the completion port was closed during the wait"},
	{WSA_OPERATION_ABORTED, "WSA_OPERATION_ABORTED", "the overlapped operation was cancelled: its socket was closed, its thread ended, or it was cancelled or flushed"},
	{WSA_IO_INCOMPLETE, "WSA_IO_INCOMPLETE", "the overlapped operation has not finished"},
	{WSA_IO_PENDING, "WSA_IO_PENDING", "the overlapped operation has started and will report its result later"},
	{ERROR_NOACCESS, "ERROR_NOACCESS", "a pointer is not valid"},
	{ERROR_NOT_FOUND, "ERROR_NOT_FOUND", "there was nothing to cancel or find"},
	{ERROR_INVALID_DOMAINNAME, "ERROR_INVALID_DOMAINNAME", "the domain name has the wrong form"},
	{ERROR_INVALID_NETNAME, "ERROR_INVALID_NETNAME", "the network name has the wrong form"},
	{ERROR_CONNECTION_REFUSED, "ERROR_CONNECTION_REFUSED", "the connection was refused (as a completion port reports it)"},
	{ERROR_GRACEFUL_DISCONNECT, "ERROR_GRACEFUL_DISCONNECT", "the peer ended the connection gracefully"},
	{ERROR_CONNECTION_ACTIVE, "ERROR_CONNECTION_ACTIVE", "the connection exists already"},
	{ERROR_NETWORK_UNREACHABLE, "ERROR_NETWORK_UNREACHABLE", "no route to the network (as a completion port reports it)"},
	{ERROR_HOST_UNREACHABLE, "ERROR_HOST_UNREACHABLE", "no route to the host (as a completion port reports it)"},
	{ERROR_PROTOCOL_UNREACHABLE, "ERROR_PROTOCOL_UNREACHABLE", "the remote host does not support the protocol"},
	{ERROR_PORT_UNREACHABLE, "ERROR_PORT_UNREACHABLE", "no one listens on the remote port (as a completion port reports it)"},
	{ERROR_REQUEST_ABORTED, "ERROR_REQUEST_ABORTED", "the request was aborted"},
	{ERROR_CONNECTION_ABORTED, "ERROR_CONNECTION_ABORTED", "the connection was aborted by this side (as a completion port reports it)"},
	{ERROR_HOST_DOWN, "ERROR_HOST_DOWN", "the remote system is not available"},
	{ERROR_PRIVILEGE_NOT_HELD, "ERROR_PRIVILEGE_NOT_HELD", "the caller lacks a privilege that is needed"},
	{ERROR_NO_SYSTEM_RESOURCES, "ERROR_NO_SYSTEM_RESOURCES", "the system has not enough resources"},
	{ERROR_INVALID_USER_BUFFER, "ERROR_INVALID_USER_BUFFER", "the buffer does not fit the operation"},
	{DNS_ERROR_INVALID_NAME_CHAR, "DNS_ERROR_INVALID_NAME_CHAR", "the name holds a character that DNS names cannot have"},
	{WSAEINTR, "WSAEINTR", "the blocking call was cancelled"},
	{WSAEBADF, "WSAEBADF", "the file handle is not valid"},
	{WSAEACCES, "WSAEACCES", "access rules forbid it: a broadcast without SO_BROADCAST, or an address that another socket holds exclusively"},
	{WSAEFAULT, "WSAEFAULT", "a pointer is bad or a length is too small for what it must hold"},
	{WSAEINVAL, "WSAEINVAL", "an argument is not acceptable, or the socket is in the wrong state for the call"},
	{WSAEMFILE, "WSAEMFILE", "no more sockets can be opened"},
	{WSAEWOULDBLOCK, "WSAEWOULDBLOCK", "a nonblocking socket cannot finish this now; try again later"},
	{WSAEINPROGRESS, "WSAEINPROGRESS", "another blocking operation is running"},
	{WSAEALREADY, "WSAEALREADY", "an operation of this kind is already running on the socket"},
	{WSAENOTSOCK, "WSAENOTSOCK", "the descriptor is not a socket"},
	{WSAEDESTADDRREQ, "WSAEDESTADDRREQ", "a destination address is missing"},
	{WSAEMSGSIZE, "WSAEMSGSIZE", "a message or structure does not fit its buffer or a limit"},
	{WSAEPROTOTYPE, "WSAEPROTOTYPE", "the protocol does not fit the socket type"},
	{WSAENOPROTOOPT, "WSAENOPROTOOPT", "the option or level is unknown or not supported"},
	{WSAEPROTONOSUPPORT, "WSAEPROTONOSUPPORT", "the protocol is not installed or does not fit the type"},
	{WSAESOCKTNOSUPPORT, "WSAESOCKTNOSUPPORT", "the address family does not offer this socket type"},
	{WSAEOPNOTSUPP, "WSAEOPNOTSUPP", "the operation is not available on this kind of socket"},
	{WSAEPFNOSUPPORT, "WSAEPFNOSUPPORT", "the protocol family is not installed"},
	{WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT", "the address family does not fit the socket or the protocol"},
	{WSAEADDRINUSE, "WSAEADDRINUSE", "another socket uses the address and port, or is still closing"},
	{WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL", "the address or port cannot be used from here"},
	{WSAENETDOWN, "WSAENETDOWN", "the network is down"},
	{WSAENETUNREACH, "WSAENETUNREACH", "no route to the network is known"},
	{WSAENETRESET, "WSAENETRESET", "keep-alive found the connection dead while a call was in progress"},
	{WSAECONNABORTED, "WSAECONNABORTED", "the local system gave up the connection"},
	{WSAECONNRESET, "WSAECONNRESET", "the peer reset the connection"},
	{WSAENOBUFS, "WSAENOBUFS", "no buffer space is left, or a queue is full"},
	{WSAEISCONN, "WSAEISCONN", "the socket is already connected"},
	{WSAENOTCONN, "WSAENOTCONN", "the socket is not connected"},
	{WSAESHUTDOWN, "WSAESHUTDOWN", "this direction of the socket has been shut down"},
	{WSAETOOMANYREFS, "WSAETOOMANYREFS", "a kernel object has too many references"},
	{WSAETIMEDOUT, "WSAETIMEDOUT", "the peer did not answer in time"},
	{WSAECONNREFUSED, "WSAECONNREFUSED", "the peer refused the connection; normally nothing listens there"},
	{WSAELOOP, "WSAELOOP", "a name cannot be translated"},
	{WSAENAMETOOLONG, "WSAENAMETOOLONG", "a name or a part of it is too long"},
	{WSAEHOSTDOWN, "WSAEHOSTDOWN", "the destination host is down"},
	{WSAEHOSTUNREACH, "WSAEHOSTUNREACH", "the destination host cannot be reached"},
	{WSAENOTEMPTY, "WSAENOTEMPTY", "a directory is not empty"},
	{WSAEPROCLIM, "WSAEPROCLIM", "too many processes use Winsock"},
	{WSAEUSERS, "WSAEUSERS", "a quota of users is exhausted"},
	{WSAEDQUOT, "WSAEDQUOT", "a disk quota is exhausted"},
	{WSAESTALE, "WSAESTALE", "a file handle refers to something that is gone"},
	{WSAEREMOTE, "WSAEREMOTE", "the item is not available locally"},
	{WSASYSNOTREADY, "WSASYSNOTREADY", "the network subsystem cannot be used now"},
	{WSAVERNOTSUPPORTED, "WSAVERNOTSUPPORTED", "the Winsock version asked for is not offered"},
	{WSANOTINITIALISED, "WSANOTINITIALISED", "WSAStartup has not succeeded, or WSACleanup has undone it"},
	{WSAEDISCON, "WSAEDISCON", "the peer shut the connection down gracefully"},
	{WSAENOMORE, "WSAENOMORE", "there is no further result"},
	{WSAECANCELLED, "WSAECANCELLED", "the look-up was cancelled"},
	{WSAEINVALIDPROCTABLE, "WSAEINVALIDPROCTABLE", "a provider supplied a bad procedure table"},
	{WSAEINVALIDPROVIDER, "WSAEINVALIDPROVIDER", "a provider is invalid or reports another version than 2.0"},
	{WSAEPROVIDERFAILEDINIT, "WSAEPROVIDERFAILEDINIT", "a provider could not be loaded or initialised"},
	{WSASYSCALLFAILURE, "WSASYSCALLFAILURE", "a system call that should never fail has failed"},
	{WSASERVICE_NOT_FOUND, "WSASERVICE_NOT_FOUND", "the service is not known in the name space"},
	{WSATYPE_NOT_FOUND, "WSATYPE_NOT_FOUND", "the service class is not known"},
	{WSA_E_NO_MORE, "WSA_E_NO_MORE", "there is no further result (newer name of WSAENOMORE)"},
	{WSA_E_CANCELLED, "WSA_E_CANCELLED", "the look-up was cancelled (newer name of WSAECANCELLED)"},
	{WSAEREFUSED, "WSAEREFUSED", "a database query was refused"},
	{WSAHOST_NOT_FOUND, "WSAHOST_NOT_FOUND", "no such host name or alias"},
	{WSATRY_AGAIN, "WSATRY_AGAIN", "name resolution failed for now: no authoritative server answered"},
	{WSANO_RECOVERY, "WSANO_RECOVERY", "name resolution failed for good"},
	{WSANO_DATA, "WSANO_DATA", "the name exists but has no record of the type asked for"},
	{WSA_QOS_RECEIVERS, "WSA_QOS_RECEIVERS", "QoS: at least one reserve arrived"},
	{WSA_QOS_SENDERS, "WSA_QOS_SENDERS", "QoS: at least one path arrived"},
	{WSA_QOS_NO_SENDERS, "WSA_QOS_NO_SENDERS", "QoS: no senders"},
	{WSA_QOS_NO_RECEIVERS, "WSA_QOS_NO_RECEIVERS", "QoS: no receivers"},
	{WSA_QOS_REQUEST_CONFIRMED, "WSA_QOS_REQUEST_CONFIRMED", "QoS: reserve confirmed"},
	{WSA_QOS_ADMISSION_FAILURE, "WSA_QOS_ADMISSION_FAILURE", "QoS: too few resources"},
	{WSA_QOS_POLICY_FAILURE, "WSA_QOS_POLICY_FAILURE", "QoS: policy could not grant the resource"},
	{WSA_QOS_BAD_STYLE, "WSA_QOS_BAD_STYLE", "QoS: style unknown or conflicting"},
	{WSA_QOS_BAD_OBJECT, "WSA_QOS_BAD_OBJECT", "QoS: problem in filter spec or provider buffer"},
	{WSA_QOS_TRAFFIC_CTRL_ERROR, "WSA_QOS_TRAFFIC_CTRL_ERROR", "QoS: traffic-control API error (out of memory or provider fault)"},
	{WSA_QOS_GENERIC_ERROR, "WSA_QOS_GENERIC_ERROR", "QoS: general error"},
	{WSA_QOS_ESERVICETYPE, "WSA_QOS_ESERVICETYPE", "QoS: service type in the flow spec invalid or unknown"},
	{WSA_QOS_EFLOWSPEC, "WSA_QOS_EFLOWSPEC", "QoS: flow spec in the QOS structure invalid or inconsistent"},
	{WSA_QOS_EPROVSPECBUF, "WSA_QOS_EPROVSPECBUF", "QoS: provider-specific buffer invalid"},
	{WSA_QOS_EFILTERSTYLE, "WSA_QOS_EFILTERSTYLE", "QoS: filter style invalid"},
	{WSA_QOS_EFILTERTYPE, "WSA_QOS_EFILTERTYPE", "QoS: filter type invalid"},
	{WSA_QOS_EFILTERCOUNT, "WSA_QOS_EFILTERCOUNT", "QoS: filter count wrong in flow descriptor"},
	{WSA_QOS_EOBJLENGTH, "WSA_QOS_EOBJLENGTH", "QoS: ObjectLength in the provider buffer wrong"},
	{WSA_QOS_EFLOWCOUNT, "WSA_QOS_EFLOWCOUNT", "QoS: number of flow descriptors wrong"},
	{WSA_QOS_EUNKOWNPSOBJ, "WSA_QOS_EUNKOWNPSOBJ", "QoS: unknown object in provider buffer"},
	{WSA_QOS_EPOLICYOBJ, "WSA_QOS_EPOLICYOBJ", "QoS: policy object invalid"},
	{WSA_QOS_EFLOWDESC, "WSA_QOS_EFLOWDESC", "QoS: flow descriptor invalid"},
	{WSA_QOS_EPSFLOWSPEC, "WSA_QOS_EPSFLOWSPEC", "QoS: provider-specific flow spec invalid"},
	{WSA_QOS_EPSFILTERSPEC, "WSA_QOS_EPSFILTERSPEC", "QoS: provider-specific filter spec invalid"},
	{WSA_QOS_ESDMODEOBJ, "WSA_QOS_ESDMODEOBJ", "QoS: shape-discard mode object invalid"},
	{WSA_QOS_ESHAPERATEOBJ, "WSA_QOS_ESHAPERATEOBJ", "QoS: shaping-rate object invalid"},
	{WSA_QOS_RESERVED_PETYPE, "WSA_QOS_RESERVED_PETYPE", "QoS: reserved policy element in provider buffer"},
	{WSA_SECURE_HOST_NOT_FOUND, "WSA_SECURE_HOST_NOT_FOUND", "secure name resolution failed"},
	{WSA_IPSEC_NAME_POLICY_ERROR, "WSA_IPSEC_NAME_POLICY_ERROR", "a name-based IPsec policy could not be added"},
}

// errnoAlias is a second name for the number of a row of errnoTable.
type errnoAlias struct {
	code Errno
	name string
}

// errnoAliases is every second name, by header.
var errnoAliases = [...]errnoAlias{
	{NO_ERROR, "NO_ERROR"},
	{ERROR_INVALID_HANDLE, "ERROR_INVALID_HANDLE"},
	{ERROR_NOT_ENOUGH_MEMORY, "ERROR_NOT_ENOUGH_MEMORY"},
	{ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER"},
	{ERROR_OPERATION_ABORTED, "ERROR_OPERATION_ABORTED"},
	{ERROR_IO_INCOMPLETE, "ERROR_IO_INCOMPLETE"},
	{ERROR_IO_PENDING, "ERROR_IO_PENDING"},
	{WSA_WAIT_TIMEOUT, "WSA_WAIT_TIMEOUT"},
	{EAI_MEMORY, "EAI_MEMORY"},
	{EAI_BADFLAGS, "EAI_BADFLAGS"},
	{EAI_SOCKTYPE, "EAI_SOCKTYPE"},
	{EAI_FAMILY, "EAI_FAMILY"},
	{EAI_SERVICE, "EAI_SERVICE"},
	{EAI_NONAME, "EAI_NONAME"},
	{EAI_AGAIN, "EAI_AGAIN"},
	{EAI_FAIL, "EAI_FAIL"},
	{EAI_NODATA, "EAI_NODATA"},
	{EAI_NOSECURENAME, "EAI_NOSECURENAME"},
	{EAI_IPSECPOLICY, "EAI_IPSECPOLICY"},
}
