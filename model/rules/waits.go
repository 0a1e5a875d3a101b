package rules

// SleepEx, routines and the number of a process.
const (
	SLEEPOk   ID = "SLEEP-OK"
	SLEEPApc  ID = "SLEEP-APC"
	APCQueue  ID = "APC-QUEUE"
	PROCESSId ID = "PROCESS-ID"
)

// Events and the waits for them.
const (
	EVENTCreate ID = "EVENT-CREATE"
	EVENTSet    ID = "EVENT-SET"
	EVENTReset  ID = "EVENT-RESET"
	EVENTClose  ID = "EVENT-CLOSE"
	WAITEvent   ID = "WAIT-EVENT"
	WAITLowest  ID = "WAIT-LOWEST"
	WAITAll     ID = "WAIT-ALL"
	WAITTimeout ID = "WAIT-TIMEOUT"
	WAITApc     ID = "WAIT-APC"
	WAITBlocks  ID = "WAIT-BLOCKS"
)

var waitsRules = []Rule{
	{
		ID: SLEEPOk, Function: "SleepEx", Strength: Must,
		Condition: "the time has passed: 0",
		Sources:   []Source{{Doc, "sleepex"}},
	},
	{
		ID: SLEEPApc, Function: "SleepEx", Strength: Must,
		Condition: "an alertable wait ended because routines ran that were queued to the thread: WAIT_IO_COMPLETION",
		Sources:   []Source{{Doc, "sleepex"}},
		Notes:     "With one queued it ends at once, with none it does not. Routines that were queued by the routines run in the same wait, or in the next: the page does not say.",
	},
	{
		ID: APCQueue, Function: "QueueUserAPC", Strength: Must,
		Condition: "the routine runs in the thread's next alertable wait: of SleepEx, of WSAWaitForMultipleEvents, or of a call of Winsock that waits",
		Sources:   []Source{{Doc, "nf-processthreadsapi-queueuserapc"}, {Observation, "AC6"}, {Observation, "SL8"}, {Observation, "SL9"}, {Observation, "WR2"}},
		Notes:     "A call that need not wait runs none (SL9).",
	},
	{
		ID: PROCESSId, Function: "GetCurrentProcessId", Strength: Must,
		Condition: "the number of the calling process, which never changes",
		Sources:   []Source{{Doc, "nf-processthreadsapi-getcurrentprocessid"}},
	},
	{
		ID: EVENTCreate, Function: "WSACreateEvent", Strength: Must,
		Condition: "a new event of manual reset, which is not set",
		Sources:   []Source{{Doc, "nf-winsock2-wsacreateevent"}},
	},
	{
		ID: EVENTSet, Function: "WSASetEvent", Strength: Must,
		Condition: "the event is set until it is reset",
		Sources:   []Source{{Doc, "nf-winsock2-wsasetevent"}},
	},
	{
		ID: EVENTReset, Function: "WSAResetEvent", Strength: Must,
		Condition: "the event is not set until something sets it",
		Sources:   []Source{{Doc, "nf-winsock2-wsaresetevent"}},
	},
	{
		ID: EVENTClose, Function: "WSACloseEvent, CloseHandle", Strength: Must,
		Condition: "the handle is freed: later use of it fails",
		Sources:   []Source{{Doc, "nf-winsock2-wsacloseevent"}},
	},
	{
		ID: WAITEvent, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "without fWaitAll the wait ends as soon as an event is set, with its index, and not before",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
	},
	{
		ID: WAITLowest, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "of several events that are set, the index is the lowest",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
	},
	{
		ID: WAITAll, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "with fWaitAll the wait ends when all events are set at the same time",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
		Notes:     "Any index in the range says so.",
	},
	{
		ID: WAITTimeout, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "the time is over and the condition does not hold: WSA_WAIT_TIMEOUT",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
	},
	{
		ID: WAITApc, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "an alertable wait whose condition does not hold ended because routines ran: WSA_WAIT_IO_COMPLETION",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
	},
	{
		ID: WAITBlocks, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "the call waits: the condition does not hold and the time is not over",
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
	},
}
