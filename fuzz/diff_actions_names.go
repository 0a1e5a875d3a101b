package fuzz

import "wsasim/wsa"

// What sequences ask of names: what the library knows by itself, since all else
// is up to the machine.

// nameOpsDrawn are the calls about names that need no directory.
var nameOpsDrawn = []string{"inet_addr", "inet_ntoa", "getprotobyname", "getprotobynumber"}

// names makes a call about names.
func (g *guide) names() {
	switch g.rand.IntN(4) {
	case 0:
		g.add(g.callOf(even(g, nameOpsDrawn...)))
	case 1:
		c, _ := g.getNameInfo().(wsa.GetNameInfoCall)
		c.Flags |= wsa.NI_NUMERICHOST | wsa.NI_NUMERICSERV
		g.add(c)
	default:
		c, _ := g.getAddrInfo().(wsa.GetAddrInfoCall)
		if !g.once(4, "any name") {
			name := even(g, numericNames...)
			c.NodeName = &name
		}
		if c.Hints == nil {
			c.Hints = new(wsa.AddrInfo)
		}
		service := even(g, "", "0", "80", "65535")
		c.ServiceName = &service
		c.Hints.Flags = c.Hints.Flags&(wsa.AI_PASSIVE|wsa.AI_CANONNAME) | wsa.AI_NUMERICHOST
		g.add(c)
	}
}
