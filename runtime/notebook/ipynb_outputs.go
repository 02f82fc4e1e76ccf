package notebook

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// resultMIME is the type under which an .ipynb output carries our result.
const resultMIME = "application/vnd.lapbook.result+json"

func number(n *int) json.RawMessage {
	if n == nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(strconv.Itoa(*n))
}

// outputJSON is an output as nbformat 4.5 has it. count is the cell's execution
// count.
func (o *Output) outputJSON(count *int) json.RawMessage {
	if o.raw != nil {
		return o.raw
	}
	switch o.Kind {
	case Stdout, Stderr:
		return object(Fields{"output_type": quoted("stream"), "name": quoted(string(o.Kind)), "text": linesJSON(o.Text)})
	case Value:
		data := object(Fields{"text/plain": linesJSON(o.Text)})
		return object(Fields{"output_type": quoted("execute_result"), "data": data, "metadata": object(nil), "execution_count": number(count)})
	case Failure:
		return object(Fields{"output_type": quoted("error"), "ename": quoted("error"), "evalue": quoted(o.Text), "traceback": linesJSON(o.Text)})
	}
	return display(o.Data)
}

// display is a display_data output of content by MIME type.
func display(data map[string]string) json.RawMessage {
	f := Fields{}
	for mime, content := range data {
		if isJSON(mime) && json.Valid([]byte(content)) {
			f[mime] = json.RawMessage(content)
		} else {
			f[mime] = linesJSON(content)
		}
	}
	return object(Fields{"output_type": quoted("display_data"), "data": object(f), "metadata": object(nil)})
}

// isJSON tells the MIME types whose content nbformat allows to be an object.
func isJSON(mime string) bool {
	return strings.HasPrefix(mime, "application/") && (strings.HasSuffix(mime, "+json") || mime == "application/json")
}

// readOutput reads an output of an .ipynb cell. What our kinds express exactly
// becomes one of them; all else is Foreign with the text that a terminal can
// show. The object itself is kept in any case.
func readOutput(v *jsonValue, count *int) (Output, error) {
	o := Output{Kind: Foreign, raw: json.RawMessage(v.raw)}
	if v.kind != '{' {
		return o, fmt.Errorf("an output is no object")
	}
	kind := v.get("output_type").str()
	switch kind {
	case "stream":
		o.Text = multiline(v.get("text"))
		if name := v.get("name").str(); len(v.items) == 3 && (name == "stdout" || name == "stderr") {
			o.Kind = OutputKind(name)
		}
	case "error":
		o.Text = strings.Trim(v.get("ename").str()+": "+v.get("evalue").str(), ": ")
		if len(v.items) == 4 && v.get("ename").str() == "error" && multiline(v.get("traceback")) == v.get("evalue").str() {
			o.Kind, o.Text = Failure, v.get("evalue").str()
		}
	case "display_data", "execute_result", "update_display_data":
		o.readData(v, kind, count)
	case "":
		return o, fmt.Errorf("an output has no output_type")
	}
	return o, nil
}

func (o *Output) readData(v *jsonValue, kind string, count *int) {
	data := v.get("data")
	if data == nil {
		return
	}
	o.Text = multiline(data.get("text/plain"))
	o.Data = map[string]string{}
	for i := range data.items {
		it := &data.items[i]
		if it.name == resultMIME {
			continue // takePicture reads it
		}
		if it.value.kind == '{' || isJSON(it.name) {
			o.Data[it.name] = string(it.value.raw)
		} else {
			o.Data[it.name] = multiline(&it.value)
		}
	}
	plain := v.get("metadata") == nil || len(v.get("metadata").items) == 0
	n, ok := v.get("execution_count").integer()
	switch {
	case kind == "display_data" && plain && len(v.items) == 3:
		o.Kind = Rich
	case kind == "execute_result" && plain && len(v.items) == 4 && len(data.items) == 1 && data.get("text/plain") != nil && ok && count != nil && n == *count:
		o.Kind, o.Data = Value, nil
	}
}

// multiline is a text that nbformat stores as one string or a list of lines.
func multiline(v *jsonValue) string {
	if v.isString() {
		return v.str()
	}
	lines, _ := v.strings()
	return strings.Join(lines, "")
}

func sameOutputs(a, b []Output) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || a[i].Text != b[i].Text || !sameData(a[i].Data, b[i].Data) {
			return false
		}
	}
	return true
}

func sameData(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if have, ok := b[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// plainOutputs tells whether the outputs follow from the result, or from the
// output fence when there is no result, so that a file need not repeat them.
func (c *Cell) plainOutputs() bool {
	if c.Result != nil {
		return sameOutputs(c.Outputs, c.Result.outputs())
	}
	switch len(c.Outputs) {
	case 0:
		return true
	case 1:
		return c.Outputs[0].Kind == Stdout && shown(c.Outputs) == c.Outputs[0].Text
	}
	return false
}

// outputsJSON is a cell's outputs as a JSON list.
func (c *Cell) outputsJSON() json.RawMessage {
	b := []byte{'['}
	for i := range c.Outputs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.Outputs[i].outputJSON(c.ExecutionCount)...)
	}
	return append(b, ']')
}

// readOutputs reads a list of outputs; nil leaves the cell as it is.
func (c *Cell) readOutputs(v *jsonValue) error {
	if v == nil {
		return nil
	}
	if v.kind != '[' {
		return fmt.Errorf("the outputs are no list")
	}
	c.Outputs = nil
	for i := range v.items {
		o, err := readOutput(&v.items[i].value, c.ExecutionCount)
		if err != nil {
			return err
		}
		c.Outputs = append(c.Outputs, o)
	}
	return nil
}
