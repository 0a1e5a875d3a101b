/* Go's runtime asks bcryptprimitives.dll for random bytes and does not start
 * without it. Wine gained the DLL after version 8; this one gives the same
 * bytes through the function that Wine has had for long: SystemFunction036 of
 * advapi32.dll, which the headers call RtlGenRandom (page
 * nf-ntsecapi-rtlgenrandom). */

#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

/* ProcessPrng fills the buffer; it is documented to succeed always, so there is
 * nothing better to do than to end the process when it cannot. */
__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length > 1 << 20 ? 1 << 20 : (ULONG)length;
        if (!SystemFunction036(buffer, part))
            TerminateProcess(GetCurrentProcess(), 3);
        buffer += part;
        length -= part;
    }
    return TRUE;
}
