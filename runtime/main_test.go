package runtime

import (
	"os"
	"testing"
)

// The test binary is the cells' process too.
func TestMain(m *testing.M) {
	ServeIfChild()
	os.Exit(m.Run())
}
