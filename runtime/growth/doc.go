// Package growth names how the cost of a piece of code grows with a size n,
// from measurements at several sizes. It is pure: it runs nothing and imports
// only the standard library.
//
// # Why not time alone
//
// Time alone names the class of about four cells in five: a map of a million
// entries costs several times as much per look-up as one of a thousand, and no
// curve fit can tell that from another class. What a program DOES can be
// counted without noise: how often each loop body and function is entered, what
// library calls are handed (their length is their work), how many bytes are
// allocated. So counters name the class, and time confirms it, or shows work
// that the counters cannot see.
//
// # Fit
//
// Every series is fitted by least relative squares (each point counts alike,
// whatever its size) to a + b·g(n) with a, b ≥ 0, for g = log n, √n, n, n log n,
// n^1.5, n², n³, n⁴; to sums of two of them; and to a + b·cⁿ where n is at most 200.
// The corrected Akaike criterion (Hurvich and Tsai 1989) with a floor under the
// residual (5% for time, 1% for counters) chooses; fits within 4 of the best are
// alternatives. The leading term of a sum has to matter at the largest n.
//
// # Join
//
// The counted class is the floor. Time is compared to it by log-log slope over
// the upper half of the sizes (Theil 1950, Sen 1968: medians of pairwise slopes,
// so that one disturbed point changes nothing):
//
//   - Within a quarter: time and counters agree.
//   - Up to three quarters steeper, and a step not twelve times as dear at the
//     top: the counted class, with the remark that each step costs more at large
//     n: caches, page faults, the collector.
//   - Steeper still, or growth in time where nothing counted grows: the rest is
//     inside a library call, and the class of the time is named.
//   - Flatter: time has not got there yet; what is counted will win.
//
// Counts of library calls whose work is only presumed to be linear in what they
// are handed are no floor: they are taken when time agrees with them.
//
// The method follows trend-prof (Goldsmith, Aiken, Wilkerson 2007) and aprof
// (Coppa, Demetrescu, Finocchi 2012) in counting instead of timing, and McGeoch's
// advice (2012) to use several rules and to show what each saw. No rule is
// guaranteed: what the data do not decide is Unclear.
package growth
