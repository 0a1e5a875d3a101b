#include "go_asm.h"
#include "textflag.h"

// Offsets into the thread environment block, which 0x30(GS) points to.
#define TEB_ThreadID 0x48
#define TEB_LastError 0x68

// func osThreadID() uint32
TEXT ·osThreadID(SB),NOSPLIT,$0-4
	MOVQ	0x30(GS), AX
	MOVL	TEB_ThreadID(AX), AX
	MOVL	AX, ret+0(FP)
	RET

DATA	·lastErrorCallAddr(SB)/8, $lastErrorCall<>(SB)
GLOBL	·lastErrorCallAddr(SB), RODATA, $8

// lastErrorCall is called by the system's convention, with a *frame in CX, and
// keeps it: BX survives the call. The stack is aligned to 16 bytes where the
// function is called; the first four parameters have a place there that only
// the function uses.
TEXT lastErrorCall<>(SB),NOSPLIT|NOFRAME,$0
	PUSHQ	BX
	SUBQ	$(const_maxWords*8), SP
	MOVQ	CX, BX
	MOVQ	(frame_args+4*8)(BX), AX
	MOVQ	AX, (4*8)(SP)
	MOVQ	(frame_args+5*8)(BX), AX
	MOVQ	AX, (5*8)(SP)
	MOVQ	(frame_args+6*8)(BX), AX
	MOVQ	AX, (6*8)(SP)
	MOVQ	(frame_args+7*8)(BX), AX
	MOVQ	AX, (7*8)(SP)
	MOVQ	(frame_args+8*8)(BX), AX
	MOVQ	AX, (8*8)(SP)
	MOVQ	(frame_args+9*8)(BX), AX
	MOVQ	AX, (9*8)(SP)
	MOVQ	(frame_args+10*8)(BX), AX
	MOVQ	AX, (10*8)(SP)
	MOVQ	(frame_args+11*8)(BX), AX
	MOVQ	AX, (11*8)(SP)

	MOVQ	0x30(GS), AX
	MOVL	frame_last(BX), CX
	MOVL	CX, TEB_LastError(AX)

	MOVQ	(frame_args+0*8)(BX), CX
	MOVQ	(frame_args+1*8)(BX), DX
	MOVQ	(frame_args+2*8)(BX), R8
	MOVQ	(frame_args+3*8)(BX), R9
	MOVQ	frame_fn(BX), AX
	CALL	AX
	MOVQ	AX, frame_result(BX)

	MOVQ	0x30(GS), AX
	MOVL	TEB_LastError(AX), AX
	MOVQ	AX, frame_last(BX)

	ADDQ	$(const_maxWords*8), SP
	POPQ	BX
	RET
