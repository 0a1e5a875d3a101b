#include "go_asm.h"
#include "textflag.h"

// Offsets into the thread environment block, where FS points to.
#define TEB_ThreadID 0x24
#define TEB_LastError 0x34

// func osThreadID() uint32
TEXT ·osThreadID(SB),NOSPLIT,$0-4
	MOVL	TEB_ThreadID(FS), AX
	MOVL	AX, ret+0(FP)
	RET

DATA	·lastErrorCallAddr(SB)/4, $lastErrorCall<>(SB)
GLOBL	·lastErrorCallAddr(SB), RODATA, $4

// lastErrorCall is called by the system's convention, with a *frame on the
// stack, which the caller takes off. The function that it calls takes its
// parameters off the stack (stdcall); the stack pointer is kept in BP, so that
// nothing depends on it.
TEXT lastErrorCall<>(SB),NOSPLIT|NOFRAME,$0
	PUSHL	BP
	PUSHL	BX
	PUSHL	SI
	PUSHL	DI
	MOVL	20(SP), BX
	MOVL	SP, BP

	MOVL	frame_n(BX), CX
	MOVL	CX, AX
	SHLL	$2, AX
	SUBL	AX, SP
	MOVL	SP, DI
	LEAL	frame_args(BX), SI
	CLD
	REP; MOVSL

	MOVL	frame_last(BX), AX
	MOVL	AX, TEB_LastError(FS)
	CALL	frame_fn(BX)
	MOVL	BP, SP
	MOVL	AX, frame_result(BX)

	MOVL	TEB_LastError(FS), AX
	MOVL	AX, frame_last(BX)

	POPL	DI
	POPL	SI
	POPL	BX
	POPL	BP
	RET
