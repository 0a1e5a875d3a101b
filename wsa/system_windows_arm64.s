#include "go_asm.h"
#include "textflag.h"

// Offsets into the thread environment block, which R18 points to.
#define TEB_ThreadID 0x48
#define TEB_LastError 0x68

// func osThreadID() uint32
TEXT ·osThreadID(SB),NOSPLIT,$0-4
	MOVWU	TEB_ThreadID(R18_PLATFORM), R0
	MOVW	R0, ret+0(FP)
	RET

DATA	·lastErrorCallAddr(SB)/8, $lastErrorCall<>(SB)
GLOBL	·lastErrorCallAddr(SB), RODATA, $8

// lastErrorCall is called by the system's convention, with a *frame in R0, and
// keeps it: R19 and R20 survive the call. Parameters behind the eighth are on
// the stack.
TEXT lastErrorCall<>(SB),NOSPLIT,$16
	STP	(R19, R20), 16(RSP)
	MOVD	R0, R19
	MOVD	RSP, R20
	SUB	$32, RSP
	LDP	(frame_args+8*8)(R19), (R8, R9)
	STP	(R8, R9), 0(RSP)
	LDP	(frame_args+10*8)(R19), (R8, R9)
	STP	(R8, R9), 16(RSP)

	MOVD	frame_last(R19), R8
	MOVW	R8, TEB_LastError(R18_PLATFORM)

	LDP	(frame_args+0*8)(R19), (R0, R1)
	LDP	(frame_args+2*8)(R19), (R2, R3)
	LDP	(frame_args+4*8)(R19), (R4, R5)
	LDP	(frame_args+6*8)(R19), (R6, R7)
	MOVD	frame_fn(R19), R12
	BL	(R12)
	MOVD	R20, RSP
	MOVD	R0, frame_result(R19)

	MOVWU	TEB_LastError(R18_PLATFORM), R8
	MOVD	R8, frame_last(R19)
	LDP	16(RSP), (R19, R20)
	RET
