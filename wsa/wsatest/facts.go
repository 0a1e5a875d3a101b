package wsatest

import (
	"strings"

	"wsasim/wsa"
)

// Facts lists the tests of observed facts, in the order of Observed.
func Facts() []Check {
	tests := factTests()
	var checks []Check
	for _, o := range Observed() {
		if run := tests[o.ID]; run != nil {
			checks = append(checks, Check{o.ID, o.Mark, run})
		}
	}
	return checks
}

// factTests holds the test of each observed fact that has one. It is a table,
// and as long as the list of facts.
func factTests() map[string]func(*context) {
	return map[string]func(*context){
		"ST1": observedST1, "ST2": observedST2, "ST3": observedST3, "ST4": observedST4, "ST5": observedST5,
		"SK1": socketFailure("SK1"), "SK4": socketFailure("SK4"), "SK5": socketFailure("SK5"), "SK6": socketFailure("SK6"),
		"SK7": socketFailure("SK7"), "SK8": socketKind("SK8"), "SK9": socketKind("SK9"), "SK10": socketFailure("SK10"),
		"SK11": socketKind("SK11"), "SK13": socketFailure("SK13"), "SK15": socketFailure("SK15"), "SK18": socketFailure("SK18"),
		"SK20": socketKind("SK20"), "SK22": observedSK22, "SK24": observedSK24, "SK26": observedSK26, "SK27": observedSK27,
		"SK28": observedSK28, "SK29": observedSK29, "SK32": observedSK32,
		"SO3": observedSO3, "SO6": observedSO6, "SO9": observedSO9, "SO10": observedSO10, "SO11": observedSO11,
		"SO14": observedSO14, "SO15": observedSO15, "SO18": observedSO18, "SO19": observedSO19,
		"OL1": observedOL1, "OL2": observedOL2, "OL3": observedOL3, "OL8": observedOL8, "OL9": observedOL9,
		"OL14": observedOL14, "OL16": observedOL16, "OL17": observedOL17, "OL19": observedOL19, "OL20": observedOL20,
		"OL23": observedOL23, "OL24": observedOL24,
		"SP1": observedSP1, "SP2": observedSP2, "SP3": observedSP3, "SP5": observedSP5, "SP6": observedSP6,
		"SP7": observedSP7, "SP8": observedSP8, "SP9": observedSP9, "SP11": observedSP11, "SP13": observedSP13,
		"RA1": observedRA1, "RA2": observedRA2, "RA5": observedRA5, "RA6": observedRA6, "RA8": observedRA8,
		"RA9": observedRA9, "RA11": observedRA11, "RA12": observedRA12, "RA14": observedRA14,
		"RA16": claimFact(claimRow{any6Excl, loop4Plain, wsa.WSAEACCES}),
		"RA17": claimFact(claimRow{any4Plain, loop4Excl, success}),
		"RA18": claimFact(claimRow{any4Excl, loop4Excl, wsa.WSAEACCES}),
		"RA22": claimFact(claimRow{loop6Plain, any4Excl, success}),
		"RA23": claimFact(claimRow{loop6Excl, loop4Excl, success}),
		"RA25": claimFact(claimRow{any6Excl, any4Plain, wsa.WSAEACCES}),
		"RA26": claimFact(claimRow{any6Dual, any4Excl, success}),
		"RA29": claimFact(claimRow{mappedAny, any4Plain, wsa.WSAEADDRINUSE}),
		"RA30": claimFact(claimRow{mappedLoop, loop4Plain, wsa.WSAEADDRINUSE}, claimRow{loop4Plain, mappedLoop, wsa.WSAEADDRINUSE}),
		"RA31": claimFact(claimRow{loop4Excl, loop4Plain, wsa.WSAEADDRINUSE}, claimRow{loop4Plain, loop4Excl, wsa.WSAEADDRINUSE}),
		"UD1":  observedUD1, "UD5": observedUD5, "UD6": observedUD6,
		"SB1": observedSB1, "SB3": observedSB3,
		"LI2": observedLI2, "LI3": observedLI3, "LI5": observedLI5, "LI7": observedLI7,
		"AC2": observedAC2, "AC3": observedAC3, "AC4": observedAC4, "AC7": observedAC7,
		"SL25": observedSL25, "SL28": observedSL28,
		"GN3": observedGN3, "GO1": observedGO1, "GO2": observedGO2, "GO3": observedGO3, "GO4": observedGO4,
		"IO1": observedIO1, "IO3": observedIO3, "IO7": observedIO7, "IO8": observedIO8, "IO9": observedIO9,
		"IO11": observedIO11, "IO12": observedIO12, "IO13": observedIO13,
		"KA1": observedKA1, "KA2": observedKA2, "KA3": observedKA3, "UI1": observedUI1, "XF1": observedXF1,
		"IB1": observedIB1, "BH1": observedBH1, "CQ1": observedCQ1,
		"SN1": observedSN1, "SN3": observedSN3, "EW5": observedEW5,
		"V62": observedV62, "V64": observedV64, "V65": observedV65, "V67": observedV67,
		"SM3": observedSM3, "WR3": observedWR3, "PO17": observedPO17,
		"CX1": observedCX1, "CX8": observedCX8,
		"SD1": observedSD1, "SD2": observedSD2, "SD5": observedSD5, "SD7": observedSD7, "SD8": observedSD8,
		"SD9": observedSD9, "SD10": observedSD10, "SD13": observedSD13, "SD14": observedSD14, "SD15": observedSD15,
		"GP2": observedGP2, "GP3": observedGP3, "GP4": observedGP4,
		"RQ1": observedRQ1, "RQ2": observedRQ2, "RQ3": observedRQ3, "RQ4": observedRQ4,
		"AL1": observedAL1, "IL1": observedIL1, "IL3": observedIL3,
		"BI1": observedBI1, "BI2": observedBI2, "BI4": observedBI4, "BI6": observedBI6, "BI7": observedBI7, "BI8": observedBI8,
		"CG1": observedCG1, "CG4": observedCG4, "NB1": observedNB1, "EM1": observedEM1, "EM3": observedEM3, "TO2": observedTO2,
		"OV1": observedOV1, "OV2": observedOV2, "OV3": observedOV3, "OV4": observedOV4, "OV6": observedOV6,
		"OV7": observedOV7, "OV8": observedOV8, "CT1": observedCT1, "CT2": observedCT2,
		"RS2": observedRS2, "RS3": observedRS3,
		"UC1": observedUC1, "UC3": observedUC3, "UC4": observedUC4, "UC5": observedUC5,
		"BC2": observedBC2, "BC3": observedBC3, "SF1": observedSF1, "SF2": observedSF2, "SF3": observedSF3,
		"SV1": observedSV1, "SV3": observedSV3, "SV4": observedSV4,
		"GA1": observedGA1, "GA2": observedGA2, "GA3": observedGA3, "GA4": observedGA4, "GA6": observedGA6, "GA7": observedGA7,
		"GA8": observedGA8, "GA9": observedGA9, "GA10": observedGA10, "GA12": observedGA12, "GA14": observedGA14,
		"GA15": observedGA15, "GA16": observedGA16, "GA17": observedGA17, "GA20": observedGA20, "GA21": observedGA21,
		"NH3": observedNH3, "NH4": observedNH4, "NH6": observedNH6, "NH7": observedNH7, "NH9": observedNH9, "NH10": observedNH10,
		"AC1": observedAC1, "AC6": observedAC6, "AX1": observedAX1, "AX2": observedAX2, "AX4": observedAX4, "AX5": observedAX5,
		"AX6": observedAX6, "AX7": observedAX7, "AX8": observedAX8, "AX10": observedAX10, "AX11": observedAX11,
		"AX12": observedAX12, "AX13": observedAX13, "AX14": observedAX14, "AX15": observedAX15, "AX16": observedAX16,
		"AX17": observedAX17,
		"CG5":  observedCG5, "CO2": observedCO2, "CP1": observedCP1, "CP4": observedCP4, "CP6": observedCP6, "CP8": observedCP8,
		"CP9": observedCP9, "CP10": observedCP10, "CP11": observedCP11, "CP12": observedCP12, "CP13": observedCP13,
		"CP17": observedCP17, "CP19": observedCP19, "CP20": observedCP20, "CX3": observedCX3, "CX4": observedCX4,
		"CX6": observedCX6, "CX9": observedCX9, "CX10": observedCX10,
		"DU1": observedDU1, "DU2": observedDU2, "DU3": observedDU3, "DU4": observedDU4, "DU5": observedDU5, "DX1": observedDX1,
		"DX2": observedDX2, "DX3": observedDX3, "DX4": observedDX4,
		"EA3": observedEA3, "EA5": observedEA5, "EA6": observedEA6, "EA7": observedEA7, "EA9": observedEA9, "EC1": observedEC1,
		"EC3": observedEC3, "EC4": observedEC4, "EC5": observedEC5, "ECL2": observedECL2, "ECL3": observedECL3,
		"ECL4": observedECL4, "ECL5": observedECL5, "ECL6": observedECL6, "ECL7": observedECL7, "ECL8": observedECL8,
		"EO1": observedEO1, "EO2": observedEO2, "EO3": observedEO3, "EP1": observedEP1, "EP2": observedEP2, "EP3": observedEP3,
		"EP4": observedEP4, "EP5": observedEP5, "ER1": observedER1, "ER2": observedER2, "ER5": observedER5, "ER7": observedER7,
		"EV2": observedEV2, "EV3": observedEV3, "EV5": observedEV5, "EW2": observedEW2, "EW4": observedEW4,
		"IL2": observedIL2, "IO5": observedIO5, "IO16": observedIO16, "IO17": observedIO17, "IO18": observedIO18,
		"KA5": observedKA5, "KA6": observedKA6, "KA7": observedKA7,
		"LQ4": observedLQ4, "LQ5": observedLQ5,
		"NB2": observedNB2, "NB3": observedNB3, "NB4": observedNB4,
		"OR1": observedOR1, "OR2": observedOR2, "OR4": observedOR4,
		"PO2": observedPO2, "PO3": observedPO3, "PO4": observedPO4, "PO5": observedPO5, "PO6": observedPO6, "PO8": observedPO8,
		"PO13": observedPO13, "PO15": observedPO15, "PO16": observedPO16, "PO18": observedPO18,
		"RM2": observedRM2, "RM4": observedRM4, "RM6": observedRM6, "RM8": observedRM8, "RM10": observedRM10, "RM11": observedRM11,
		"RQ5": observedRQ5, "RS1": observedRS1, "RS4": observedRS4, "RS5": observedRS5,
		"SB4": observedSB4, "SD11": observedSD11, "SD12": observedSD12, "SL1": observedSL1, "SL3": observedSL3, "SL4": observedSL4,
		"SL5": observedSL5, "SL6": observedSL6, "SL8": observedSL8, "SL9": observedSL9, "SL10": observedSL10, "SL11": observedSL11,
		"SL14": observedSL14, "SL15": observedSL15, "SL16": observedSL16, "SL17": observedSL17, "SL20": observedSL20,
		"SL21": observedSL21, "SL22": observedSL22, "SL23": observedSL23, "SL24": observedSL24, "SM1": observedSM1,
		"SM4": observedSM4, "SN2": observedSN2,
		"TF1": observedTF1, "TO3": observedTO3,
		"UD4": observedUD4, "UI3": observedUI3,
		"WR1": observedWR1, "WR2": observedWR2, "WR4": observedWR4, "WR5": observedWR5, "WR6": observedWR6,
		"XF2": observedXF2,
	}
}

// Reason is why something has no test.
type Reason struct {
	IDs  []string // of the facts that it is about
	Text string   // the reason, for people
}

// ids splits a list of ids.
func ids(list string) []string { return strings.Fields(list) }

// NotShown lists the observed facts that have no test, with the reason.
func NotShown() []Reason {
	return []Reason{
		{ids("SO12"), "a Go slice is never a pointer to nowhere"},
		{ids("OL12 OL13 ER4"), "a Go slice has no negative length"},
		{ids("RM12"), "needs a computer on which IPv6 is turned off"},
		{ids("AL3"), "the suite cannot change the addresses of the computer it runs on"},
		{ids("WR8"), "when the kernel writes to the pages of a buffer is seen by memory protection alone, which Go does not have"},
		{ids("OV9"), "the API has no call that opens a file"},
	}
}
