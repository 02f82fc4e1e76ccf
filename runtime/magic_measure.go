package runtime

import "context"

func profileMagic() Magic {
	return Magic{
		Name: "profile", Group: "measure", Usage: "%profile [CELL|on|off]",
		Summary: "time, memory and the lines that took them",
		Help: "Runs the cell several times without instruments and prints wall and CPU\n" +
			"time, allocations and collections; then once more under the execution trace\n" +
			"and the CPU profiler for the lines. %save pprof writes the profiles, for\n" +
			"go tool pprof. `%profile on` ends every cell with one line.",
		Example: "n := 0\nfor i := range 1000 { n += i }\n%profile",
		Alone:   onOff,
		Edit:    func(p *Plan, _ string) error { p.Profile = true; return nil },
		Do:      func(_ context.Context, s *Session, c Call) error { return s.profileOn(c) },
	}
}

func classifyMagic() Magic {
	return Magic{
		Name: "classify", Group: "measure", Usage: "%classify [CELL]",
		Summary: "what bounds it: waiting or computing, and on what",
		Help: "Names the bound of the cell with its evidence: every nanosecond of wall time\n" +
			"is charged once along the critical path. Prints the figures that decided, the\n" +
			"doubts, and the one cheapest next step.",
		Example: "import \"time\"\ntime.Sleep(20 * time.Millisecond)\n%classify",
		Edit:    func(p *Plan, _ string) error { p.Classify = true; return nil },
	}
}

func timelineMagic() Magic {
	return Magic{
		Name: "timeline", Group: "measure", Usage: "%timeline [CELL]",
		Summary: "running, ready, waiting: the picture over time",
		Help:    "Shows when the tasks of the cell ran, were ready without a worker, or waited.",
		Example: "import \"time\"\nfor range 3 { time.Sleep(5 * time.Millisecond) }\n%timeline",
		Edit:    func(p *Plan, _ string) error { p.Timeline, p.Classify = true, true; return nil },
	}
}

func moreMagic() Magic {
	return Magic{
		Name: "more", Group: "measure", Usage: "%more",
		Summary: "intervals, runner-up and doubts of the last answer",
		Help:    "Prints the last measured result again with all that decided it.",
		Example: "x := 1\n%timeit x++\n%more",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.more(c) },
	}
}

func timeMagic() Magic {
	return Magic{
		Name: "time", Group: "measure", Usage: "%time [CODE]", Code: true,
		Summary: "run once; wall and CPU time of that run",
		Help:    "Runs the rest of the line, or the cell below, once in the live session.",
		Example: "%time println(1)",
		Edit:    func(p *Plan, _ string) error { p.Time = true; return nil },
	}
}

func timeitMagic() Magic {
	return Magic{
		Name: "timeit", Group: "measure", Usage: "%timeit [CODE]", Code: true,
		Summary: "median of many runs, with its interval",
		Help:    "Times the rest of the line, or the cell below; fast code is repeated in a\nloop inside each run.",
		Example: "xs := make([]int, 1000)\n%timeit for i := range xs { xs[i] = i }",
		Edit:    func(p *Plan, _ string) error { p.Timeit = true; return nil },
	}
}
