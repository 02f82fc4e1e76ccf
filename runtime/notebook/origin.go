package notebook

const bom = "\ufeff"

// document is what is kept of the file a notebook was read from, beside its cells.
type document struct{}

// origin is what is kept of the bytes a cell was read from.
type origin struct{}
