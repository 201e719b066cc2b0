package stage

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxAmount keeps a slip of the finger from asking for more than a machine has.
const maxAmount = 1 << 40

// Amount is how much to add: once, or per second.
type Amount struct {
	N      int64   // one-shot amount, when PerSecond is 0
	PerSec float64 // rate
}

// Rate tells whether the amount is to be added every second.
func (a Amount) Rate() bool { return a.PerSec > 0 }

// ParseAmount reads "50", "10M", "1M/s" or "30/m"; K, M and G are powers of 1024.
func ParseAmount(text string) (Amount, error) {
	number, period := text, ""
	if slash := strings.IndexByte(text, '/'); slash >= 0 {
		number, period = text[:slash], text[slash+1:]
	}
	value, err := parseNumber(number)
	if err != nil {
		return Amount{}, fmt.Errorf("bad amount %q: %v", text, err)
	}
	switch period {
	case "":
		if strings.Contains(text, "/") {
			return Amount{}, fmt.Errorf("bad amount %q: give /s or /m", text)
		}
		return Amount{N: int64(value)}, nil
	case "s":
		return Amount{PerSec: value}, nil
	case "m":
		return Amount{PerSec: value / 60}, nil
	}
	return Amount{}, fmt.Errorf("bad amount %q: give /s or /m", text)
}

func parseNumber(text string) (float64, error) {
	scale := 1.0
	if text != "" {
		switch text[len(text)-1] {
		case 'k', 'K':
			scale = 1 << 10
		case 'm', 'M':
			scale = 1 << 20
		case 'g', 'G':
			scale = 1 << 30
		}
		if scale > 1 {
			text = text[:len(text)-1]
		}
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("not a number")
	}
	value *= scale
	if math.IsNaN(value) || value <= 0 || value > maxAmount {
		return 0, fmt.Errorf("out of range")
	}
	return value, nil
}
