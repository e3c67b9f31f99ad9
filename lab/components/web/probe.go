package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const everyFresh = 10 // one request of so many opens a connection of its own

// probe reads and writes one ConfigMap at a steady rate until SIGTERM or the end of --for, then prints a summary.
// Requests start on time whatever became of those before them: a stalled server loses or delays all that it stalls.
func probe(arguments []string) int {
	flags := flag.NewFlagSet("web probe", flag.ExitOnError)
	target := targetFlags(flags)
	rate := flags.Float64("rate", 10, "reads a second, and writes a second")
	lasting := flags.Duration("for", 0, "end after this time (0: only at SIGTERM or SIGINT)")
	_ = flags.Parse(arguments)
	if *rate <= 0 || flags.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "web probe: --rate is more than 0, and there are only flags; see web probe --help")
		return 2
	}
	client, err := newClient(*target)
	if err == nil {
		err = client.create()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web probe:", err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "web probe: probing", target.url)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	var end <-chan time.Time
	if *lasting > 0 {
		end = time.After(*lasting)
	}
	ticker := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	summary := Summary{Losses: []Loss{}}
	var underWay sync.WaitGroup
	for number := 0; ; number++ {
		select {
		case <-ticker.C:
			fresh := number%everyFresh == everyFresh-1
			underWay.Go(func() { summary.add("read", time.Now(), func() error { return client.read(fresh) }) })
			underWay.Go(func() { summary.add("write", time.Now(), func() error { return client.write(number, fresh) }) })
			continue
		case <-stop:
		case <-end:
		}
		break
	}
	underWay.Wait()
	line, _ := json.Marshal(&summary)
	fmt.Println(string(line))
	return 0
}
