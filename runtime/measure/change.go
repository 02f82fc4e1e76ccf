package measure

import "fmt"

// Change says what an edit did to a cell: the wall times of its last recorded
// result on this machine against those of now. With fewer than six runs on a
// side nothing is claimed beyond the two figures.
func Change(was, now Interval, before, after []int64) string {
	head := fmt.Sprintf("was %s, now %s", Duration(was.Median), Duration(now.Median))
	if len(before) < 6 || len(after) < 6 {
		return head + ": too few runs to compare"
	}
	if yes, _ := Differ(before, after); !yes {
		return head + ": no significant difference"
	}
	r := quotient(was.Median, now.Median)
	if r >= 1 {
		return fmt.Sprintf("%s: %s, significant", head, Times(r))
	}
	return fmt.Sprintf("%s: %s slower, significant", head, Times(1/r))
}
