// A Go service that sends its profiles to Flametide. Run it with `go run .`; it works until it is interrupted.
package main

import (
	"encoding/json"
	"log"
	"os"
	"runtime"
	"time"

	"github.com/grafana/pyroscope-go"
)

func main() {
	// Without these two, Go records no lock profiles.
	runtime.SetMutexProfileFraction(5)
	runtime.SetBlockProfileRate(100_000)

	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: "shop-go",
		ServerAddress:   address(),
		// Flametide shows a new version as a flag on the time axis.
		Tags: map[string]string{"version": "1.0.0", "pod": "local"},
		ProfileTypes: []pyroscope.ProfileType{
			pyroscope.ProfileCPU,
			pyroscope.ProfileAllocSpace, pyroscope.ProfileAllocObjects,
			pyroscope.ProfileInuseSpace, pyroscope.ProfileInuseObjects,
			pyroscope.ProfileGoroutines,
			pyroscope.ProfileMutexCount, pyroscope.ProfileMutexDuration,
			pyroscope.ProfileBlockCount, pyroscope.ProfileBlockDuration,
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer profiler.Stop()

	log.Printf("sending to %s; the first profile arrives after 15 seconds", address())
	for {
		checkout()
		time.Sleep(20 * time.Millisecond)
	}
}

func address() string {
	if url := os.Getenv("FLAMETIDE_URL"); url != "" {
		return url
	}
	return "http://127.0.0.1:4040"
}

// checkout is the work that the flamegraph shows.
func checkout() {
	cart := make(map[string]float64)
	for _, item := range []string{"apple", "pear", "plum"} {
		cart[item] = price(item)
	}
	if _, err := json.Marshal(cart); err != nil {
		log.Fatal(err)
	}
}

func price(item string) float64 {
	sum := 0.0
	for i := range 200_000 {
		sum += float64(i%len(item)) * 0.01
	}
	return sum
}
