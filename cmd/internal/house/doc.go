// Package house holds nothing but tests: those of the rules that the source
// keeps as a whole (which package may import which, where time and chance come
// from) and of the README, whose code must compile and print what it shows.
package house
