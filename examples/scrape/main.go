// A Go service without an agent: Flametide fetches its profiles from /debug/pprof. Run it with `go run main.go`, and
// start Flametide with `npm start -- --scrape shop=localhost:6060`.
package main

import (
	"crypto/sha256"
	"log"
	"net/http"
	_ "net/http/pprof"
	"time"
)

func main() {
	go func() {
		for {
			checkout()
			time.Sleep(5 * time.Millisecond)
		}
	}()
	log.Print("/debug/pprof is served at localhost:6060")
	log.Fatal(http.ListenAndServe("localhost:6060", nil))
}

// checkout is the work that the flamegraph shows.
func checkout() {
	sum := sha256.Sum256([]byte("cart"))
	for range 20_000 {
		sum = sha256.Sum256(sum[:])
	}
}
