// Command ebpf-node writes what OpenTelemetry's eBPF profiler sends from one node, made with the collector's own library:
// every 5 s one message, with a resource for each process, and for each sample its thread, its time and its stack of native
// and kernel frames. Messages go to the standard output, each behind its length in four bytes, the first byte the highest.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pprofile"
	"go.opentelemetry.io/collector/pdata/pprofile/pprofileotlp"
)

const (
	interval         = 5 * time.Second
	programs         = 25
	stacksOfProgram  = 300
	framesOfStack    = 24
	functionsOfOne   = 400
	kernelFunctions  = 150
	framesInKernel   = 4
	samplesPerSecond = 20
	periodNs         = int64(time.Second / samplesPerSecond)
)

var (
	processes = flag.Int("processes", 200, "processes of the node")
	threads   = flag.Int("threads", 60, "threads of each process")
	minutes   = flag.Int("minutes", 10, "how long the node runs")
	end       = flag.Int64("end", time.Now().Unix(), "when the last message ends, in seconds since the epoch")
	spans     = flag.Bool("spans", false, "give each sample a span of its own")
)

func main() {
	flag.Parse()
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	random := rand.New(rand.NewPCG(1, 2))
	count := int(time.Duration(*minutes) * time.Minute / interval)
	from := time.Unix(*end, 0).Add(-time.Duration(count) * interval)
	for i := range count {
		bytes, err := message(random, from.Add(time.Duration(i)*interval))
		if err == nil {
			err = binary.Write(out, binary.BigEndian, uint32(len(bytes)))
		}
		if err == nil {
			_, err = out.Write(bytes)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// tables adds each entry of a dictionary once. Entry 0 of every table is its empty one.
type tables struct {
	dictionary pprofile.ProfilesDictionary
	strings    map[string]int32
	functions  map[string]int32
	attributes map[string]int32
	stacks     map[[2]int]int32
	mappings   map[string]int32
}

func newTables(dictionary pprofile.ProfilesDictionary) *tables {
	dictionary.StringTable().Append("")
	dictionary.MappingTable().AppendEmpty()
	dictionary.FunctionTable().AppendEmpty()
	dictionary.LocationTable().AppendEmpty()
	dictionary.StackTable().AppendEmpty()
	dictionary.LinkTable().AppendEmpty()
	dictionary.AttributeTable().AppendEmpty()
	return &tables{
		dictionary, map[string]int32{"": 0}, map[string]int32{}, map[string]int32{}, map[[2]int]int32{}, map[string]int32{},
	}
}

func (t *tables) text(text string) int32 {
	at, known := t.strings[text]
	if !known {
		at = int32(t.dictionary.StringTable().Len())
		t.dictionary.StringTable().Append(text)
		t.strings[text] = at
	}
	return at
}

func (t *tables) attribute(key string, value pcommon.Value) int32 {
	name := key + "\x00" + value.AsString()
	at, known := t.attributes[name]
	if !known {
		at = int32(t.dictionary.AttributeTable().Len())
		attribute := t.dictionary.AttributeTable().AppendEmpty()
		attribute.SetKeyStrindex(t.text(key))
		value.CopyTo(attribute.Value())
		t.attributes[name] = at
	}
	return at
}

func (t *tables) mapping(file string) int32 {
	at, known := t.mappings[file]
	if !known {
		at = int32(t.dictionary.MappingTable().Len())
		t.dictionary.MappingTable().AppendEmpty().SetFilenameStrindex(t.text(file))
		t.mappings[file] = at
	}
	return at
}

// location of a function: one address and one line.
func (t *tables) location(name, file, kind string) int32 {
	at, known := t.functions[name]
	if !known {
		at = int32(t.dictionary.LocationTable().Len())
		t.dictionary.FunctionTable().AppendEmpty().SetNameStrindex(t.text(name))
		location := t.dictionary.LocationTable().AppendEmpty()
		location.SetMappingIndex(t.mapping(file))
		location.SetAddress(uint64(0x1000 + at))
		location.AttributeIndices().Append(t.attribute("profile.frame.type", pcommon.NewValueStr(kind)))
		location.Lines().AppendEmpty().SetFunctionIndex(int32(t.dictionary.FunctionTable().Len() - 1))
		t.functions[name] = at
	}
	return at
}

// stack number n of a program: the same in every message.
func (t *tables) stack(program, n int) int32 {
	key := [2]int{program, n}
	at, known := t.stacks[key]
	if known {
		return at
	}
	random := rand.New(rand.NewPCG(uint64(program), uint64(n)))
	var leafFirst []int32
	for range random.IntN(framesInKernel + 1) {
		name := fmt.Sprintf("kernel_work_%d", random.IntN(kernelFunctions))
		leafFirst = append(leafFirst, t.location(name, "vmlinux", "kernel"))
	}
	for depth := range framesOfStack {
		// Callers near the root are shared by many stacks.
		name := fmt.Sprintf("app%d::call%d", program, random.IntN(1+functionsOfOne*(framesOfStack-depth)/framesOfStack))
		leafFirst = append(leafFirst, t.location(name, fmt.Sprintf("/usr/bin/app%d", program), "native"))
	}
	at = int32(t.dictionary.StackTable().Len())
	t.dictionary.StackTable().AppendEmpty().LocationIndices().Append(leafFirst...)
	t.stacks[key] = at
	return at
}

func message(random *rand.Rand, from time.Time) ([]byte, error) {
	profiles := pprofile.NewProfiles()
	t := newTables(profiles.Dictionary())
	for process := range *processes {
		t.process(profiles.ResourceProfiles().AppendEmpty(), process, random, from)
	}
	return pprofileotlp.NewExportRequestFromProfiles(profiles).MarshalProto()
}

func (t *tables) process(resource pprofile.ResourceProfiles, process int, random *rand.Rand, from time.Time) {
	program := process % programs
	attributes := resource.Resource().Attributes()
	attributes.PutInt("process.pid", int64(1000+process))
	attributes.PutStr("process.executable.name", fmt.Sprintf("app%d", program))
	attributes.PutStr("process.executable.path", fmt.Sprintf("/usr/bin/app%d", program))
	attributes.PutStr("container.id", fmt.Sprintf("%064x", process))
	attributes.PutStr("host.name", "node-1")
	profile := resource.ScopeProfiles().AppendEmpty().Profiles().AppendEmpty()
	profile.SampleType().SetTypeStrindex(t.text("samples"))
	profile.SampleType().SetUnitStrindex(t.text("count"))
	profile.PeriodType().SetTypeStrindex(t.text("cpu"))
	profile.PeriodType().SetUnitStrindex(t.text("nanoseconds"))
	profile.SetPeriod(periodNs)
	profile.SetTime(pcommon.NewTimestampFromTime(from))
	profile.SetDurationNano(uint64(interval))
	known := map[[2]int]pprofile.Sample{}
	for i := range samplesPerSecond * int(interval/time.Second) {
		thread := random.IntN(*threads)
		n := random.IntN(stacksOfProgram)
		time := uint64(from.UnixNano() + int64(i)*periodNs)
		sample, isKnown := known[[2]int{thread, n}]
		if isKnown && !*spans {
			sample.TimestampsUnixNano().Append(time)
			continue
		}
		sample = profile.Samples().AppendEmpty()
		known[[2]int{thread, n}] = sample
		sample.SetStackIndex(t.stack(program, n))
		sample.TimestampsUnixNano().Append(time)
		sample.AttributeIndices().Append(
			t.attribute("thread.id", pcommon.NewValueInt(int64(1000*process+thread))),
			t.attribute("thread.name", pcommon.NewValueStr(fmt.Sprintf("worker-%d", thread))),
			t.attribute("cpu.logical_number", pcommon.NewValueInt(int64(i%8))),
		)
		if *spans {
			link := t.dictionary.LinkTable().AppendEmpty()
			var span pcommon.SpanID
			var trace pcommon.TraceID
			binary.BigEndian.PutUint64(span[:], random.Uint64()|1)
			binary.BigEndian.PutUint64(trace[8:], random.Uint64()|1)
			link.SetSpanID(span)
			link.SetTraceID(trace)
			sample.SetLinkIndex(int32(t.dictionary.LinkTable().Len() - 1))
		}
	}
}
