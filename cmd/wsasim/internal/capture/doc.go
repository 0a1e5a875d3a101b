// Package capture writes the packets of a trace as a capture file (pcapng) that
// Wireshark and its kin read.
//
// Each packet is there once, at the interface of the host that sent it, whether
// or not it arrives; the interface "network" has what somebody sent who has
// no host. Its time is the world's, in nanoseconds from the beginning of 1970.
// The link type is raw IP, since the simulator has no Ethernet below.
//
// What is from the trace: addresses, ports, TCP's flags, sequence numbers
// (counted from 0) and payloads, and under a security association its number
// and the packet's place in it. Headers and checksums are what that needs.
// What the trace does not have is made up and constant: the time to live is 128,
// windows never fill, and the options of a SYN say so. Pure acknowledgements,
// which the simulator does not send, are not there.
//
// What nobody simulates is not pretended, and each such packet has a comment
// that says so:
//
//   - A packet that is encrypted is ESP with a payload of zeros, as long as the
//     ciphertext would be with AES-CBC or 3DES and HMAC-SHA1-96. The comment
//     tells what is inside.
//   - One that is only authenticated shows what it holds, in ESP without
//     encryption or in AH; the check value is zeros.
//   - The SPI is made of the association's number and the direction.
//   - A keying message is an ISAKMP header alone, with AuthIP's exchange types
//     and message ids (MS-AIPS 2.2.1: main mode 0xF3, quick mode 0xF4, extended
//     mode 0xF5, notify 0xF6; the id is 0 in main mode, 1 in extended mode, and
//     in quick mode the initiator's choice) and made-up cookies. A deletion is a
//     notify message, since AuthIP has no delete payload (MS-AIPS 2.2.3).
//
// The comment of a packet also says that it is lost, forged or altered on its
// way, and how. A payload too large for one IP packet is several, which share
// the comment.
package capture
