package runtime

import (
	"context"
	"strings"
)

func concurrentMagic() Magic {
	return Magic{
		Name: "concurrent", Group: "model", Number: true, Usage: "%concurrent [LIMIT] [CELL]",
		Summary: "the same cell, interleaved on one worker",
		Help: "Runs the tasks of the cell (its heaviest independent loop, or the calls of\n" +
			"lab.Each, lab.Map and lab.Go) interleaved on ONE worker, up to LIMIT in flight,\n" +
			"beside the cell as written: from the same start, with the same result proven.",
		Example: "urls := lab.Pages(8, 5*time.Millisecond)\nsizes := make([]int, len(urls))\nfor i, u := range urls { sizes[i] = len(lab.Fetch(u)) }\n%concurrent",
		Edit: func(p *Plan, args string) error {
			n, err := count("concurrent", args, "the number of tasks in flight", mostInFlight)
			p.wants(ModelWish{Model: concurrent, Limit: n})
			return err
		},
	}
}

func parallelMagic() Magic {
	return Magic{
		Name: "parallel", Group: "model", Number: true, Usage: "%parallel [WORKERS] [CELL]",
		Summary: "the same cell, spread over all workers",
		Help: "Runs the tasks of the cell on all workers (or on WORKERS), beside the cell as\n" +
			"written: from the same start, with the same result proven.",
		Example: "sums := make([]int, 8)\nfor i := range sums { for j := range 2_000_000 { sums[i] += j % (i + 2) } }\n%parallel",
		Edit: func(p *Plan, args string) error {
			n, err := count("parallel", args, "the number of workers", mostWorkers)
			p.wants(ModelWish{Model: parallel, Workers: n})
			return err
		},
	}
}

func compareMagic() Magic {
	return Magic{
		Name: "compare", Group: "model", Usage: "%compare [CELL [CELL]]",
		Summary: "all models of one cell, or two cells",
		Help: "Compares the cell as written, concurrent and parallel in one table. With two\n" +
			"cells: the second against the first, in interleaved rounds, as two ways to do\n" +
			"one job.",
		Example: "sums := make([]int, 8)\nfor i := range sums { for j := range 1_000_000 { sums[i] += j % (i + 2) } }\n%compare",
		Edit: func(p *Plan, _ string) error {
			p.wants(ModelWish{Model: concurrent})
			p.wants(ModelWish{Model: parallel})
			return nil
		},
		Alone: func(args string) bool { return len(strings.Fields(args)) > 1 },
		Do:    func(ctx context.Context, s *Session, c Call) error { return s.compareCells(ctx, c) },
	}
}

func codeMagic() Magic {
	return Magic{
		Name: "code", Group: "model", Usage: "%code [CELL]",
		Summary: "the cell with its loop rewritten, to take home",
		Help:    "Prints the whole cell with its loop rewritten as a person would write it.",
		Example: "sums := make([]int, 8)\nfor i := range sums { for j := range 1_000_000 { sums[i] += j % (i + 2) } }\n%code",
		Edit:    func(p *Plan, _ string) error { p.Code = true; return nil },
	}
}
