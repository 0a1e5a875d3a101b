package fuzz

import (
	"encoding/json"
	"fmt"
	"io"
)

// DiffCase is a sequence that showed a difference, as it is kept in a file.
type DiffCase struct {
	// Version is the version of the form, 1.
	Version int `json:"version"`
	// A and B are the names of the implementations: see PlaceByName.
	A string `json:"a"`
	B string `json:"b"`
	// On is what each of them is: "sim", "wine", "windows".
	On []string `json:"on"`
	// Seed is the seed of the run that found it, Difference what was found, for
	// people.
	Seed       uint64     `json:"seed"`
	Difference string     `json:"difference"`
	Steps      []DiffStep `json:"steps"`
}

// diffCaseVersion is the version of the form.
const diffCaseVersion = 1

// WriteDiffCase writes a case as JSON.
func WriteDiffCase(w io.Writer, c *DiffCase) error {
	c.Version = diffCaseVersion
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(c)
}

// ReadDiffCase reads what WriteDiffCase wrote. Errors name the place.
func ReadDiffCase(r io.Reader) (*DiffCase, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	c := new(DiffCase)
	if err := d.Decode(c); err != nil {
		return nil, err
	}
	if c.Version != diffCaseVersion {
		return nil, fmt.Errorf("version: got %d, expected %d", c.Version, diffCaseVersion)
	}
	if len(c.Steps) == 0 {
		return nil, fmt.Errorf("steps: expected some")
	}
	return c, nil
}
