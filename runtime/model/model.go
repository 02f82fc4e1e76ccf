// Package model runs the tasks of a cell under an execution model.
package model
