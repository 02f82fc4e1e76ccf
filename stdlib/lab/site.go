package lab

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// A Site describes a server. Every path of it answers with the same text as a
// page of Pages.
//
//	base := lab.Serve(lab.Site{Delay: 10 * time.Millisecond, Places: 12})
//	text := lab.Fetch(base + "/any")
type Site struct {
	Delay  time.Duration // from taking a request up to answering it
	Places int           // requests that it works on at the same time, others wait; 0 = all
	Size   int           // bytes of an answer; 0 = the text of a page
}

// url is where the pages process serves the site: the path says all of it.
func (s Site) url() string {
	q := url.Values{}
	add := func(name string, n int) {
		if n != 0 {
			q.Set(name, strconv.Itoa(n))
		}
	}
	q.Set("delay", s.Delay.String())
	add("places", s.Places)
	add("size", s.Size)
	return "http://" + pagesAddr() + "/site/" + q.Encode()
}

func parseSite(text string) (Site, bool) {
	q, err := url.ParseQuery(text)
	if err != nil {
		return Site{}, false
	}
	ok := true
	get := func(name string) int {
		n, err := strconv.Atoi(q.Get(name))
		ok = ok && (err == nil && n >= 0 || q.Get(name) == "")
		return n
	}
	s := Site{Places: get("places"), Size: get("size")}
	s.Delay, err = time.ParseDuration(q.Get("delay"))
	return s, ok && err == nil && s.Size <= maxSize
}

// maxSize bounds an answer: it is made in memory.
const maxSize = 64 << 20

// ServeHTTP answers one request as the site does; Places, which concern several,
// are Serve's.
func (s Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if wait(r, s.Delay) {
		writeText(w, s.text(r.URL.Path))
	}
}

func (s Site) text(path string) string {
	seed := 0
	for _, c := range []byte(path) {
		seed = seed*31 + int(c)
	}
	text := Text(seed & 0xFFFF)
	if s.Size == 0 {
		return text
	}
	b := make([]byte, 0, s.Size+len(text))
	for len(b) < s.Size {
		b = append(b, text...)
	}
	return string(b[:s.Size])
}

// sites serves every site that is asked for, each with its own places.
type sites struct {
	mu   sync.Mutex
	open map[string]*site
}

type site struct {
	Site
	places chan struct{} // nil: no bound
}

func (s *sites) get(text string) *site {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.open[text]; st != nil {
		return st
	}
	parsed, ok := parseSite(text)
	if !ok {
		return nil
	}
	st := &site{Site: parsed}
	if st.Places > 0 {
		st.places = make(chan struct{}, st.Places)
	}
	if s.open == nil {
		s.open = map[string]*site{}
	}
	s.open[text] = st
	return st
}

func (s *sites) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	st := s.get(r.PathValue("site"))
	if st == nil {
		http.NotFound(w, r)
		return
	}
	if st.places != nil {
		select {
		case st.places <- struct{}{}:
			defer func() { <-st.places }()
		case <-r.Context().Done():
			return
		}
	}
	st.Site.ServeHTTP(w, r)
}
