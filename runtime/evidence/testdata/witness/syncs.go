package main

import "os"

var dir, _ = os.MkdirTemp("", "cell")

func setupCell() {
}

//line cell:1
func theCell() {
	f, err := os.OpenFile(dir+"/wal", os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o644)
	if err != nil {
		panic(err)
	}
	rec := make([]byte, 4096)
	for i := 0; i < 500; i++ {
		f.Write(rec)
	}
	f.Close()
	os.RemoveAll(dir)
}
