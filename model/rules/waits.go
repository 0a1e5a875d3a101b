package rules

// SleepEx.
const (
	SLEEPOk  ID = "SLEEP-OK"
	SLEEPApc ID = "SLEEP-APC"
)

var waitsRules = []Rule{
	{
		ID: SLEEPOk, Function: "SleepEx", Strength: Must,
		Condition: "the time has passed: 0",
		Sources:   []Source{{Doc, "sleepex"}},
	},
	{
		ID: SLEEPApc, Function: "SleepEx", Strength: Must,
		Condition: "an alertable wait ended because completion routines ran: WAIT_IO_COMPLETION",
		Sources:   []Source{{Doc, "sleepex"}},
	},
}
