package lab

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// PagesEnv is the environment variable with the address of the process that
// serves Pages. The session starts that process and sets it, so that all runs of
// a notebook see the same URLs.
const PagesEnv = "LAPBOOK_PAGES"

// Pages returns the URLs of n pages on this machine. Each answers d after it was
// asked for, however many are asked for at the same time, with a text of a few
// hundred words that is always the same. They are served by a process of their
// own.
func Pages(n int, d time.Duration) []string {
	if n < 0 || d < 0 {
		panic(fmt.Errorf("lab.Pages(%d, %v): neither may be negative", n, d))
	}
	urls := make([]string, n)
	for i := range urls {
		urls[i] = fmt.Sprintf("http://%s/%v/%d", pagesAddr(), d, i)
	}
	return urls
}

// pagesAddr is the address of the pages process. A program that was exported
// from a notebook has none and serves the pages itself.
func pagesAddr() string {
	if addr := os.Getenv(PagesEnv); addr != "" {
		return addr
	}
	return ownPages()
}

var ownPages = sync.OnceValue(func() string { return listen(0, PagesHandler()) })

// client keeps idle connections, as many as there were requests in flight.
// Go's default client keeps two for each host and dials anew for all others.
var client = &http.Client{
	Timeout:   time.Minute,
	Transport: &http.Transport{MaxIdleConnsPerHost: 1 << 14, IdleConnTimeout: time.Minute},
}

// Fetch returns what a GET request of the URL answers. It panics when there is
// no answer or its status is not 200.
func Fetch(url string) string {
	resp, err := client.Get(url)
	if err != nil {
		panic(fmt.Errorf("lab.Fetch: %w", err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(fmt.Errorf("lab.Fetch: %s: %w", url, err))
	}
	if resp.StatusCode != http.StatusOK {
		panic(fmt.Errorf("lab.Fetch: %s: %s", url, resp.Status))
	}
	return string(body)
}

// PagesHandler answers the URLs of Pages, and those that Serve gives for a Site.
// It keeps nothing that outlives it, so that it can be started again.
func PagesHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{delay}/{page}", servePage)
	sites := &sites{}
	mux.Handle("/site/{site}/", sites)
	mux.Handle("/site/{site}", sites)
	return mux
}

func servePage(w http.ResponseWriter, r *http.Request) {
	delay, err := time.ParseDuration(r.PathValue("delay"))
	page, err2 := strconv.Atoi(r.PathValue("page"))
	if err != nil || err2 != nil || delay < 0 || page < 0 {
		http.NotFound(w, r)
		return
	}
	if wait(r, delay) {
		writeText(w, Text(page))
	}
}

// wait waits for d, or until the client has gone, which it reports as false.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	io.WriteString(w, text) // a client that has gone needs no answer
}
