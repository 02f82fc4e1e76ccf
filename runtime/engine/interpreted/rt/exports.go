package rt

import "reflect"

// Exports is package rt as the interpreter sees it: the functions of this cell.
func (c *Cell) Exports() map[string]reflect.Value {
	v := reflect.ValueOf
	return map[string]reflect.Value{
		"Frame": v((*Frame)(nil)), "Pointer": v((*Pointer)(nil)),
		"Slot": v(c.Slot), "Track": v(c.Track), "At": v(c.At), "Line": v(c.Line), "WaitGo": v(c.WaitGo), "AfterFunc": v(c.AfterFunc), "Value": v(c.Value), "Main": v(c.Main), "Go": v(c.Go), "Call": v(c.Call),
		"Exit": v(c.Exit), "Goexit": v(c.Goexit), "Enter": v(c.Enter), "Leave": v(c.Leave), "Label": v(c.Label), "Unlabel": v(c.Unlabel),
		"Box": v(c.Box), "Into": v(c.Into), "ID": v(c.ID), "IsNil": v(c.IsNil), "Eq": v(c.Eq), "AsError": v(c.AsError), "Carry": v(c.Carry),
		"Impl": v(c.Impl), "NCall": v(c.NCall), "Link": v(c.Link), "As": v(c.As), "AsNative": v(c.AsNative), "AsIface": v(c.AsIface), "Is": v(c.Is),
		"BadAssert": v(c.BadAssert), "BadYield": v(c.BadYield), "Idx": v(c.Idx), "Index": v(c.Index), "SliceLow": v(c.SliceLow), "StringLow": v(c.StringLow), "Len": v(c.Len), "Size": v(c.Size), "Cap": v(c.Cap), "ChanSize": v(c.ChanSize), "Enough": v(c.Enough), "Shift": v(c.Shift),
		"Unsigned": v(c.Unsigned), "NonNil": v(c.NonNil), "NilMethod": v(c.NilMethod), "Panic": v(c.Panic), "NoRecover": v(c.NoRecover),
		"Recv": v(c.Recv), "Send": v(c.Send), "Close": v(c.Close), "Select": v(c.Select), "Set": v(c.Set), "Copy": v(c.Copy), "Pull": v(c.Pull),
		"Sort": v(c.Sort), "SortOrder": v(c.SortOrder), "Overlaps": v(c.Overlaps), "Once": v(c.Once), "Sleep": v(c.Sleep), "Clear": v(c.Clear), "Runes": v(c.Runes), "MinF": v(c.MinF), "MaxF": v(c.MaxF),
		"Sprint": v(c.Sprint), "Sprintln": v(c.Sprintln), "Sprintf": v(c.Sprintf), "Errorf": v(c.Errorf),
		"Print": v(c.Print), "Println": v(c.Println), "Printf": v(c.Printf), "Fprint": v(c.Fprint), "Fprintln": v(c.Fprintln), "Fprintf": v(c.Fprintf),
		"Append": v(c.Append), "Appendln": v(c.Appendln), "Appendf": v(c.Appendf),
		"LogPrint": v(c.LogPrint), "LogPrintln": v(c.LogPrintln), "LogPrintf": v(c.LogPrintf), "LogFatal": v(c.LogFatal), "LogFatalln": v(c.LogFatalln),
		"LogFatalf": v(c.LogFatalf), "LogPanic": v(c.LogPanic), "LogPanicln": v(c.LogPanicln), "LogPanicf": v(c.LogPanicf),
		"LoggerPrint": v(c.LoggerPrint), "LoggerPrintln": v(c.LoggerPrintln), "LoggerPrintf": v(c.LoggerPrintf), "LoggerFatal": v(c.LoggerFatal), "LoggerFatalln": v(c.LoggerFatalln), "LoggerFatalf": v(c.LoggerFatalf), "LoggerPanic": v(c.LoggerPanic), "LoggerPanicln": v(c.LoggerPanicln), "LoggerPanicf": v(c.LoggerPanicf),
		"BuiltinPrint": v(c.BuiltinPrint), "BuiltinPrintln": v(c.BuiltinPrintln),
		"Content": v(c.Content), "Scan": v(c.Scan), "Raw": v(c.Raw), "XML": v(c.XML), "FromXML": v(c.FromXML), "Marshal": v(c.Marshal), "MarshalIndent": v(c.MarshalIndent), "Encode": v(c.Encode), "Unmarshal": v(c.Unmarshal), "Decode": v(c.Decode), "Shown": v(c.Shown), "DeepEqual": v(c.DeepEqual),
	}
}
