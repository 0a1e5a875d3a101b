// Package interop holds nothing but tests: gRPC and QUIC carried by package
// wsanet over simulated hosts. It is a module of its own, so that the library
// depends on neither.
package interop
