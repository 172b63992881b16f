// Measures go-qemu as floor/wire_floor.c measures the floor: MODE SOCKET COUNT, one line of JSON.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/digitalocean/go-qemu/qmp"
)

var command = []byte(`{"execute":"query-status"}`)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	micros := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return micros(usage.Utime) + micros(usage.Stime)
}

func main() {
	count, err := strconv.Atoi(os.Args[3])
	check(err)
	monitor, err := qmp.NewSocketMonitor("unix", os.Args[2], 2*time.Second)
	check(err)
	check(monitor.Connect())
	defer monitor.Disconnect()
	switch os.Args[1] {
	case "roundtrip":
		times := make([]float64, count)
		before := cpu()
		for index := range times {
			start := time.Now()
			_, err := monitor.Run(command)
			check(err)
			times[index] = float64(time.Since(start).Nanoseconds()) / 1e3
		}
		used := (cpu() - before) / float64(count)
		sort.Float64s(times)
		fmt.Printf("{\"p50\": %.2f, \"cpu\": %.3f}\n", times[count/2], used)
	case "pipelined":
		var group sync.WaitGroup
		start := time.Now()
		for worker := 0; worker < 8; worker++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for index := 0; index < count/8; index++ {
					_, err := monitor.Run(command)
					check(err)
				}
			}()
		}
		group.Wait()
		fmt.Printf("{\"rate\": %.1f}\n", float64(count)/time.Since(start).Seconds())
	}
}
