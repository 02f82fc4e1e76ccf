package runtime

import (
	"bytes"
	"fmt"

	"github.com/google/pprof/profile"
)

// profiles merges CPU profiles of several runs of one cell.
type profiles struct {
	all     []*profile.Profile
	samples int
}

func (p *profiles) add(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	one, err := profile.ParseData(data)
	if err != nil {
		return fmt.Errorf("cpu profile: %w", err)
	}
	for _, s := range one.Sample {
		p.samples += int(s.Value[0])
	}
	p.all = append(p.all, one)
	return nil
}

// bytes is the merged profile, gzipped; nil when there was none.
func (p *profiles) bytes() ([]byte, error) {
	if len(p.all) == 0 {
		return nil, nil
	}
	merged, err := profile.Merge(p.all)
	if err != nil {
		return nil, fmt.Errorf("cpu profile: %w", err)
	}
	var buf bytes.Buffer
	if err := merged.Write(&buf); err != nil {
		return nil, fmt.Errorf("cpu profile: %w", err)
	}
	return buf.Bytes(), nil
}
