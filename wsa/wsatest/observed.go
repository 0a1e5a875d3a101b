package wsatest

// ObservedFact is an observed fact of Windows by its id.
type ObservedFact struct {
	ID   string // "SK8"
	Mark Mark   // where it holds
}

// Observed lists every observed fact, in the order and under the numbers of the
// collection they come from (what the tests of dlls/ws2_32 in wine-mirror/wine
// assert of Windows). The marks are those of the whole fact. It is a table, and as
// long as the collection.
func Observed() []ObservedFact {
	const w, t, v = OnWindows, WineDiffers, Varies
	return []ObservedFact{
		// Section 1.
		{"ST1", w}, {"ST2", w}, {"ST3", w}, {"ST4", w}, {"ST5", w},
		// Section 2.
		{"SK1", w}, {"SK4", w}, {"SK5", w}, {"SK6", w}, {"SK7", w}, {"SK8", w}, {"SK9", w}, {"SK10", w},
		{"SK11", w}, {"SK13", w}, {"SK15", w}, {"SK18", w}, {"SK20", w | v}, {"SK22", w}, {"SK24", w}, {"SK26", w},
		{"SK27", w}, {"SK28", w}, {"SK29", w}, {"SK32", w},
		// Section 3.
		{"EP1", w}, {"EP2", w},
		// Section 4.
		{"DU1", w}, {"DU2", w}, {"DU3", w}, {"DU4", w}, {"DU5", w},
		// Section 5.
		{"SO3", w}, {"SO6", w}, {"SO9", w}, {"SO10", w}, {"SO11", w | v}, {"SO12", w}, {"SO14", w}, {"SO15", t},
		{"SO18", w}, {"SO19", t},
		// Section 5b.
		{"OL1", w}, {"OL2", w}, {"OL3", w}, {"OL8", w}, {"OL9", w}, {"OL12", w}, {"OL13", w | v}, {"OL14", w},
		{"OL16", w}, {"OL17", w}, {"OL19", w}, {"OL20", w}, {"OL23", w}, {"OL24", w},
		// Section 5c.
		{"SP1", w}, {"SP2", w}, {"SP3", w}, {"SP5", w}, {"SP6", w | v}, {"SP7", w}, {"SP8", w}, {"SP9", w},
		{"SP11", w}, {"SP13", w},
		// Section 6.
		{"RA1", w}, {"RA2", w}, {"RA5", w}, {"RA6", t}, {"RA8", t}, {"RA9", t}, {"RA11", w}, {"RA12", w},
		{"RA14", w}, {"RA16", w}, {"RA17", w}, {"RA18", w}, {"RA22", w}, {"RA23", w}, {"RA25", w}, {"RA26", w},
		{"RA29", w}, {"RA30", w}, {"RA31", w},
		// Section 7.
		{"RM2", w}, {"RM4", t}, {"RM6", t}, {"RM8", w}, {"RM10", w | v}, {"RM11", w}, {"RM12", w},
		// Section 8.
		{"UD1", t}, {"UD4", w}, {"UD5", w}, {"UD6", w},
		// Section 9.
		{"SB1", w}, {"SB3", t}, {"SB4", w},
		// Section 11.
		{"EV2", w}, {"EV3", w}, {"EV5", w},
		// Section 12.
		{"LI2", w}, {"LI3", w}, {"LI5", w}, {"LI7", w}, {"AC1", w}, {"AC2", w}, {"AC3", w}, {"AC4", w},
		{"AC6", w}, {"AC7", w},
		// Section 13.
		{"CO2", w}, {"SL1", w}, {"SL3", w}, {"SL4", w}, {"SL5", w}, {"SL6", w}, {"SL8", w}, {"SL9", w},
		{"SL10", w}, {"SL11", w}, {"SL14", w}, {"SL15", w}, {"SL16", w}, {"SL17", w}, {"SL20", t}, {"SL21", w},
		{"SL22", w}, {"SL23", w}, {"SL24", w}, {"SL25", w}, {"SL28", t},
		// Section 14.
		{"GN3", w}, {"GO1", w}, {"GO2", w}, {"GO3", w}, {"GO4", w},
		// Section 15.
		{"IO1", w}, {"IO3", w}, {"IO5", w}, {"IO7", w}, {"IO8", t}, {"IO9", t}, {"IO11", t}, {"IO12", w},
		{"IO13", w}, {"IO16", w}, {"IO17", w}, {"IO18", t},
		// Section 16.
		{"KA1", w}, {"KA2", w}, {"KA3", w}, {"KA5", t}, {"KA6", w}, {"KA7", t}, {"UI1", w}, {"UI3", w},
		{"XF1", w}, {"XF2", w}, {"IB1", w}, {"BH1", w}, {"CQ1", w},
		// Section 17.
		{"SN1", w}, {"SN2", w}, {"SN3", w},
		// Section 18.
		{"EA3", t}, {"EA5", w}, {"EA6", w}, {"EA7", w}, {"EA9", w}, {"EC1", w}, {"EC3", w}, {"EC4", w},
		{"EC5", t}, {"EW2", w | v}, {"EW4", w}, {"EW5", w}, {"ER1", w}, {"ER2", t}, {"ER4", w}, {"ER5", w},
		{"ER7", w}, {"EO1", w}, {"EO2", t}, {"EO3", w}, {"ECL2", w}, {"ECL3", w}, {"ECL4", t}, {"ECL5", t},
		{"ECL6", w | t}, {"ECL7", w}, {"ECL8", w},
		// Section 19.
		{"V62", w}, {"V64", w}, {"V65", w}, {"V67", w},
		// Section 20.
		{"SM1", w}, {"SM3", t}, {"SM4", w},
		// Section 21.
		{"WR1", w}, {"WR2", w}, {"WR3", w}, {"WR4", w}, {"WR5", w}, {"WR6", w}, {"WR8", w | v},
		// Section 22.
		{"PO2", t}, {"PO3", w}, {"PO4", w}, {"PO5", w}, {"PO6", t}, {"PO8", w}, {"PO13", t}, {"PO15", w},
		{"PO16", t | v}, {"PO17", t}, {"PO18", w},
		// Section 23.
		{"CX1", w}, {"CX3", w}, {"CX4", w}, {"CX6", w}, {"CX8", w}, {"CX9", w}, {"CX10", w},
		// Section 24.
		{"AX1", w}, {"AX2", t}, {"AX4", w}, {"AX5", t}, {"AX6", w}, {"AX7", t}, {"AX8", w}, {"AX10", w},
		{"AX11", w}, {"AX12", w}, {"AX13", w}, {"AX14", w}, {"AX15", w}, {"AX16", w}, {"AX17", w},
		// Section 25.
		{"SD1", w}, {"SD2", w}, {"SD5", w}, {"SD7", w}, {"SD8", w}, {"SD9", w}, {"SD10", w}, {"SD11", w},
		{"SD12", w}, {"SD13", w}, {"SD14", w}, {"SD15", w},
		// Section 26.
		{"DX1", w}, {"DX2", w}, {"DX3", w}, {"DX4", w},
		// Section 27.
		{"TF1", w},
		// Section 28.
		{"GP2", w}, {"GP3", w}, {"GP4", w},
		// Section 29.
		{"RQ1", w}, {"RQ2", t}, {"RQ3", w}, {"RQ4", w}, {"RQ5", w}, {"AL1", w}, {"AL3", t},
		// Section 30.
		{"CP1", w}, {"CP4", w}, {"CP6", w}, {"CP8", w}, {"CP9", w}, {"CP10", w}, {"CP11", w}, {"CP12", w},
		{"CP13", w}, {"CP17", w}, {"CP19", w}, {"CP20", w | v},
		// Section 31.
		{"LQ4", w}, {"LQ5", w}, {"IL1", w}, {"IL2", w}, {"IL3", w},
		// Section 32.
		{"BI1", w}, {"BI2", w}, {"BI4", w}, {"BI6", w}, {"BI7", w}, {"BI8", w | t},
		// Section 33.
		{"CG1", w}, {"CG4", t}, {"CG5", w},
		// Section 34.
		{"OR1", w}, {"OR2", w}, {"OR4", w},
		// Section 35.
		{"NB1", w}, {"NB2", w}, {"NB3", w}, {"NB4", w},
		// Section 36.
		{"EM1", w}, {"EM3", w},
		// Section 37.
		{"TO2", w}, {"TO3", w},
		// Section 38.
		{"OV1", w}, {"OV2", w}, {"OV3", w}, {"OV4", w}, {"OV6", t}, {"OV7", t}, {"OV8", w}, {"OV9", w},
		{"CT1", w}, {"CT2", w},
		// Section 39.
		{"RS1", w}, {"RS2", w}, {"RS3", w}, {"RS4", w}, {"RS5", w},
		// Section 41.
		{"UC1", w}, {"UC3", w}, {"UC4", w}, {"UC5", w},
		// Section 44.
		{"BC2", w}, {"BC3", w},
		// Section 45.
		{"SF1", w}, {"SF2", w}, {"SF3", w},
		// Section 49.
		{"SV1", w}, {"SV3", w}, {"SV4", w},
		// Section 50.
		{"EP3", w}, {"EP4", w}, {"EP5", w},
		// Section 51.
		{"GA1", w}, {"GA2", w}, {"GA3", w}, {"GA4", w}, {"GA6", w}, {"GA7", w}, {"GA8", w}, {"GA9", w},
		{"GA10", w}, {"GA12", w}, {"GA14", w}, {"GA15", t}, {"GA16", w}, {"GA17", w}, {"GA20", w}, {"GA21", t},
		// Section 52.
		{"NH3", w}, {"NH4", w}, {"NH6", w}, {"NH7", w}, {"NH9", w}, {"NH10", w},
	}
}
