package loop

// Code is the cell with its loop rewritten as a person would write it: bounded
// goroutines of the standard library, results in order.
func (p *Plan) Code() string { return p.Rewrite() }
