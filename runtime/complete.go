package runtime

// Complete returns what may stand in the place of text[from:offset] in a cell,
// the likeliest first: variables, packages, members. Magics are not its
// business.
func (s *Session) Complete(text string, offset int) (from int, words []string) {
	from = offset
	seen := map[string]bool{}
	for _, c := range s.scope.Complete(text, offset) {
		if from = c.From; !seen[c.Text] {
			seen[c.Text] = true
			words = append(words, c.Text)
		}
	}
	return from, words
}

// Dir is the directory in which cells start.
func (s *Session) Dir() string { return s.cfg.Dir }
