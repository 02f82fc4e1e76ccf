package shape

import "strings"

// Optional names a method of t that compiled code asks for in a value that it
// was given as the smaller interface it, "" when there is none: an adapter does
// not have it.
func Optional(t, it *Type) string {
	if it.Name == "error" {
		return ""
	}
	for _, m := range t.Methods {
		switch {
		case it.Has(m):
		case optional[m.Name] == m.Plain, asked[it.Name][m.Name], strings.HasPrefix(it.Name, "driver.") && driver[m.Name]:
			return m.Name
		}
	}
	return ""
}

// optional are asked for in values of many interface types.
var optional = map[string]string{
	"WriteTo": "func(io.Writer) (int64, error)", "ReadFrom": "func(io.Reader) (int64, error)", "Flush": "func()", "Unwrap": "func() http.ResponseWriter",
	"Hijack": "func() (net.Conn, *bufio.ReadWriter, error)",
}

// asked are asked for in values of one interface type.
var asked = map[string]map[string]bool{
	"context.Context":   {"AfterFunc": true},
	"fs.FS":             {"ReadFile": true, "ReadDir": true, "Stat": true, "Glob": true, "Sub": true, "ReadLink": true, "Lstat": true},
	"fs.File":           {"ReadDir": true},
	"http.RoundTripper": {"CloseIdleConnections": true},
	"flag.Value":        {"IsBoolFlag": true, "Get": true},
	"rand.Source":       {"Uint64": true},
	"image.Image":       {"Opaque": true, "RGBA64At": true},
	"draw.Image":        {"Opaque": true, "RGBA64At": true, "SetRGBA64": true},
	"io.Reader":         {"ReadByte": true, "UnreadByte": true},
	"io.Writer":         {"WriteString": true},
}

// driver are the methods of package database/sql/driver's optional interfaces.
var driver = map[string]bool{
	"BeginTx": true, "PrepareContext": true, "ExecContext": true, "QueryContext": true, "Exec": true, "Query": true, "Ping": true, "ResetSession": true, "IsValid": true,
	"CheckNamedValue": true, "ColumnConverter": true, "Connector": true, "OpenConnector": true, "HasNextResultSet": true, "NextResultSet": true, "Close": true,
	"ColumnTypeScanType": true, "ColumnTypeDatabaseTypeName": true, "ColumnTypeLength": true, "ColumnTypeNullable": true, "ColumnTypePrecisionScale": true,
}
