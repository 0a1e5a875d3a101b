package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// enumProtocols judges WSAEnumProtocols.
//
// Not modelled: which protocols a machine has.
func (v *verdict) enumProtocols(c wsa.WSAEnumProtocolsCall) {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return
	}
	if c.BufferLength == nil {
		v.must(rules.CATALOGFault)
		v.environment()
		return
	}
	room := int64(min(int64(*c.BufferLength), max(int64(c.ProtocolBuffer), 0)))
	v.mayThen(rules.CATALOGRoom, func(_ *world, ret *wsa.Return) rules.ID {
		if ret.Len == nil || *ret.Len <= room {
			return rules.CATALOGRoom
		}
		return ""
	})
	v.out[len(v.out)-1].example = func(*world) wsa.Return {
		need := room + wsa.ProtocolInfoSize
		return wsa.Return{Len: &need}
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if ret.N < 0 || ret.N*wsa.ProtocolInfoSize > room || int64(len(ret.Data)) != ret.N*wsa.ProtocolInfoSize {
			return rules.CATALOGOk
		}
		for at := 0; at < len(ret.Data); at += wsa.ProtocolInfoSize {
			var p wsa.ProtocolInfo
			if p.UnmarshalBinary(ret.Data[at:at+wsa.ProtocolInfoSize]) != nil || !asked(c.Protocols, p.Protocol) {
				return rules.CATALOGOk
			}
		}
		return ""
	}, nil, rules.CATALOGOk)
	v.environment()
}

// asked reports whether the array, which a 0 ends, holds the protocol; NULL holds
// all.
func asked(protocols []int32, p int32) bool {
	end := slices.Index(protocols, 0)
	if end < 0 {
		return true // NULL; or what is behind the array counts too
	}
	return slices.Contains(protocols[:end], p)
}
