package source

import "testing"

func TestGuessName(t *testing.T) {
	for p, want := range map[string]string{
		"math/rand/v2": "rand", "text/template": "template", "fmt": "fmt",
		"example.com/m/v3": "m", "gopkg.in/yaml.v3": "yaml", "example.com/a/b": "b", "v2": "v2",
	} {
		if got := guessName(p); got != want {
			t.Errorf("guessName(%q) = %q, want %q", p, got, want)
		}
	}
}
