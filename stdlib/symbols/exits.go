package symbols

import (
	"log"
	"reflect"
)

// Exits replaces, among the symbols of the package path, the functions that end
// the process: os.Exit, syscall.Exit and log.Fatal, Fatalf, Fatalln. In their
// place exit is called, which must not return. The Fatal methods of log.Logger,
// and flag.Parse of the default flags, stay: they end the process.
func Exits(path string, symbols map[string]reflect.Value, exit func(code int)) {
	switch path {
	case "os", "syscall":
		symbols["Exit"] = reflect.ValueOf(exit)
	case "log":
		symbols["Fatal"] = reflect.ValueOf(func(v ...any) { log.Print(v...); exit(1) })
		symbols["Fatalf"] = reflect.ValueOf(func(format string, v ...any) { log.Printf(format, v...); exit(1) })
		symbols["Fatalln"] = reflect.ValueOf(func(v ...any) { log.Println(v...); exit(1) })
	}
}
