package main

func symbolFiles(files map[string][]byte) error { return nil }
