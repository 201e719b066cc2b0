package stage

import "testing"

func TestParseAmount(t *testing.T) {
	cases := []struct {
		text string
		want Amount
		ok   bool
	}{
		{"50", Amount{N: 50}, true},
		{"10M", Amount{N: 10 << 20}, true},
		{"1.5k", Amount{N: 1536}, true},
		{"1M/s", Amount{PerSec: 1 << 20}, true},
		{"30/m", Amount{PerSec: 0.5}, true},
		{"", Amount{}, false},
		{"0", Amount{}, false},
		{"-1", Amount{}, false},
		{"M", Amount{}, false},
		{"1/", Amount{}, false},
		{"1/h", Amount{}, false},
		{"NaN", Amount{}, false},
		{"Inf", Amount{}, false},
		{"9999999G", Amount{}, false},
	}
	for _, c := range cases {
		got, err := ParseAmount(c.text)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("ParseAmount(%q) = %v, %v", c.text, got, err)
		}
	}
}
