package rules

// Raw sockets of ICMP and ICMPv6.
const (
	RAWHeader   ID = "RAW-HEADER"
	RAWAddress  ID = "RAW-ADDRESS"
	RAWChecksum ID = "RAW-CHECKSUM"
	RAWEcho     ID = "RAW-ECHO"
)

const (
	rawReceivers = "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg"
	rawGuide     = "tcp-ip-raw-sockets-2"
)

var rawRules = []Rule{
	{
		ID: RAWHeader, Function: rawReceivers, Strength: Must,
		Condition: "what a raw IPv4 socket receives begins with the IP header, whatever IP_HDRINCL says; IPv6's header is never received",
		Sources:   []Source{{Guide, rawGuide}, {Doc, "nf-winsock2-socket"}},
		Notes:     "The length in the header is that of what was received, and the protocol the socket's.",
	},
	{
		ID: RAWAddress, Function: rawReceivers, Strength: Must,
		Condition: "every raw socket of the protocol gets a copy, if it is bound to the destination or to no address, and connected to the source or to nobody",
		Sources:   []Source{{Guide, rawGuide}},
	},
	{
		ID: RAWChecksum, Function: rawReceivers, Strength: Must,
		Condition: "the ICMP checksum of what arrives is right: for IPv4 the sender computes it, for IPv6 its stack, and a message with a wrong one is dropped",
		Sources:   []Source{{Guide, rawGuide}, {Inference, "RFC 1122 section 3.2.2 drops what has a wrong checksum; RFC 3542 section 3.1, which the guide refers to, has the stack compute ICMPv6's"}},
		Notes:     "Of IPv6 nothing is demanded: the addresses that the checksum covers are not received.",
	},
	{
		ID: RAWEcho, Function: rawReceivers, Strength: Must,
		Condition: "an echo that arrives repeats identifier, sequence number and data of one that was sent: a host answers a request with what was in it",
		Sources:   []Source{{Guide, rawGuide}, {Inference, "RFC 792 and RFC 4443 define the reply"}},
	},
}
