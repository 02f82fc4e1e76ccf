package main

import (
	"bufio"
	"fmt"
	"net"
	"time"
)

var ln, _ = net.Listen("tcp", "127.0.0.1:0")

func answer(c net.Conn) {
	for sc := bufio.NewScanner(c); sc.Scan(); {
		time.Sleep(4 * time.Millisecond)
		fmt.Fprintln(c, len(sc.Text()))
	}
}

func setupCell() {
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go answer(c)
		}
	}()
}

//line cell:1
func theCell() {
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		panic(err)
	}
	rd := bufio.NewReader(c)
	for i := 0; i < 60; i++ {
		fmt.Fprintf(c, "SELECT %d\n", i)
		rd.ReadString('\n')
	}
	c.Close()
}
