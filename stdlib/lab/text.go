package lab

import (
	"fmt"
	"strings"
)

const words = `a about across after again all along always an and answer any are as at away back
be because before begin between big book both but by call can case change clear come
could count day did do does down draw each early earth easy end enough even every
fact far few find first follow for form found from full gave get give go good great
grow had half hand hard has have head hear help her here high him his hold home how
idea if in into is it its just keep kind know land large last late learn leave left
let life light like line list little live long look made make man many map may mean
measure men might mind more most mountain move much must name near need never new
night no north not note now number of off often old on once one only open or order
other our out over own page paper part people perhaps place plan plant point put
question quick rain read real rest right river road round run said same saw say sea
second see seem sentence set she short should show side simple small so some soon
sound south space stand star start state step still stop story street study such sun
sure take talk tell ten than that the their them then there these they thing think
this those though thought thousand three through time to together too toward tree
true turn two under unit until up us use very voice wait walk want warm was watch
water way we well went were what when where which while white who whole why will wind
with without wonder word work world would write year you young your`

// Text returns the text of page i of Pages: between 200 and 400 words, always
// the same for the same i.
func Text(i int) string {
	list := strings.Fields(words)
	r := newRandom(i)
	var b strings.Builder
	fmt.Fprintf(&b, "Page %d\n", i)
	for left := 200 + r.next(200); left > 0; {
		sentence := min(4+r.next(14), left)
		left -= sentence
		for k := range sentence {
			word := list[r.next(len(list))]
			switch {
			case k > 0:
				b.WriteByte(' ')
			default:
				b.WriteByte('\n')
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			b.WriteString(word)
		}
		b.WriteByte('.')
	}
	b.WriteByte('\n')
	return b.String()
}

// random is a small generator of its own: the texts must not change with the
// standard library's.
type random uint64

func newRandom(seed int) *random {
	r := random(uint64(seed)*0x9E3779B97F4A7C15 + 1)
	return &r
}

// next returns a number below n.
func (r *random) next(n int) int {
	*r = *r*6364136223846793005 + 1442695040888963407
	x := uint64(*r >> 33)
	return int(x % uint64(n))
}
