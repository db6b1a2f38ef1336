// Asks the packages of Go's checksum database what they think of a log, of notes and of keys that ours made.
//
//	main log DIRECTORY       verifies checkpoint, tiles, entries and proofs; says how many of each
//	main since DIRECTORY FILE...   verifies that the log begins with what each of these checkpoints signs
//	main receipt VKEY RECEIPT LEAF   verifies a receipt (C2SP tlog-proof) with nothing else, and says the index
//	main judge VKEY          for each note in base64, a line of standard input, says "yes" or "no"
//	main sign NAME SEED      makes a key of a seed in hex, signs standard input, says skey, vkey and note in base64
//
// Whatever does not hold ends it with status 1 and a line that says what.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// directory reads tiles where a log has them: without the height that Go's paths begin with.
type directory string

func (d directory) Height() int { return height }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(d.of(tile))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (d directory) of(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return filepath.Join(string(d), "tile", strings.Replace(path, "data/", "entries/", 1))
}

// checkpoint opens the checkpoint with the key of the log.
func (d directory) checkpoint() (tlog.Tree, error) {
	var tree tlog.Tree
	vkey, err := os.ReadFile(filepath.Join(string(d), "key.pub"))
	if err != nil {
		return tree, err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return tree, err
	}
	data, err := os.ReadFile(filepath.Join(string(d), "checkpoint"))
	if err != nil {
		return tree, err
	}
	return open(data, verifier)
}

// open gives the tree that a checkpoint signs.
func open(data []byte, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, fmt.Errorf("the text is not of three lines that begin with the name of the key")
	}
	// what is left is a tree of the checksum database, under another first line
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
}

// entries reads all bundles, and compares each entry with its hash in the tiles, which the root vouches for.
// The tree is also built from the entries alone.
func (d directory) entries(tree tlog.Tree, inTiles tlog.HashReader) (int64, error) {
	var kept []tlog.Hash
	inMemory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = kept[index]
		}
		return found, nil
	})
	var count int64
	for count < tree.N {
		tile := tlog.Tile{H: height, L: -1, N: count / width, W: width}
		if left := tree.N - count; left < width {
			tile.W = int(left)
		}
		data, err := os.ReadFile(d.of(tile))
		if err != nil {
			return count, err
		}
		var indexes []int64
		var hashes []tlog.Hash
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return count, fmt.Errorf("%s is cut off", tile.Path())
			}
			entry := data[2 : 2+int(binary.BigEndian.Uint16(data))]
			data = data[2+len(entry):]
			more, err := tlog.StoredHashes(count, entry, inMemory)
			if err != nil {
				return count, err
			}
			kept = append(kept, more...)
			indexes = append(indexes, tlog.StoredHashIndex(0, count))
			hashes = append(hashes, tlog.RecordHash(entry))
			count++
		}
		if len(data) > 0 {
			return count, fmt.Errorf("%s has more entries than its width", tile.Path())
		}
		found, err := inTiles.ReadHashes(indexes)
		if err != nil {
			return count, err
		}
		for i := range found {
			if found[i] != hashes[i] {
				return count, fmt.Errorf("%s has an entry with another hash", tile.Path())
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, inMemory)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("the entries have another root")
	}
	return count, err
}

// proofs checks each line of the file of proofs, and that Go makes the same proof of the tiles.
//
//	inclusion INDEX SIZE LEAF ROOT HASH...
//	consistency OLD NEW ROOT ROOT HASH...
func (d directory) proofs(inTiles tlog.HashReader) (map[string]int, error) {
	count := map[string]int{}
	file, err := os.Open(filepath.Join(string(d), "proofs"))
	if err != nil {
		return count, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		first, err1 := strconv.ParseInt(fields[1], 10, 64)
		second, err2 := strconv.ParseInt(fields[2], 10, 64)
		if err1 != nil || err2 != nil {
			return count, fmt.Errorf("no numbers: %s", lines.Text())
		}
		var hashes []tlog.Hash
		for _, each := range fields[3:] {
			hash, err := tlog.ParseHash(each)
			if err != nil {
				return count, err
			}
			hashes = append(hashes, hash)
		}
		a, b, rest := hashes[0], hashes[1], hashes[2:]
		var again []tlog.Hash
		if fields[0] == "inclusion" {
			if err := tlog.CheckRecord(rest, second, b, first, a); err != nil {
				return count, fmt.Errorf("%s %d of %d: %v", fields[0], first, second, err)
			}
			again, err = tlog.ProveRecord(second, first, inTiles)
		} else {
			if err := tlog.CheckTree(rest, second, b, first, a); err != nil {
				return count, fmt.Errorf("%s %d of %d: %v", fields[0], first, second, err)
			}
			again, err = tlog.ProveTree(second, first, inTiles)
		}
		if err != nil {
			return count, err
		}
		if fmt.Sprint(again) != fmt.Sprint(rest) {
			return count, fmt.Errorf("%s %d of %d: Go's proof is another one", fields[0], first, second)
		}
		count[fields[0]]++
	}
	return count, nil
}

func verifyLog(d directory) error {
	tree, err := d.checkpoint()
	if err != nil {
		return fmt.Errorf("checkpoint: %v", err)
	}
	inTiles := tlog.TileHashReader(tree, d)
	root, err := tlog.TreeHash(tree.N, inTiles)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("another root")
	}
	if err != nil {
		return fmt.Errorf("tiles: %v", err)
	}
	entries, err := d.entries(tree, inTiles)
	if err != nil {
		return fmt.Errorf("entries: %v", err)
	}
	proofs, err := d.proofs(inTiles)
	if err != nil {
		return fmt.Errorf("proofs: %v", err)
	}
	fmt.Printf("size %d, entries %d, inclusion proofs %d, consistency proofs %d\n",
		tree.N, entries, proofs["inclusion"], proofs["consistency"])
	return nil
}

// since has Go make the proof that the log begins with each of some signed checkpoints.
func since(d directory, paths []string) error {
	tree, err := d.checkpoint()
	if err != nil {
		return fmt.Errorf("checkpoint: %v", err)
	}
	vkey, err := os.ReadFile(filepath.Join(string(d), "key.pub"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		old, err := open(data, verifier)
		if err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
		proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, d))
		if err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
	}
	fmt.Printf("size %d begins with %d checkpoints\n", tree.N, len(paths))
	return nil
}

// receipt reads a file as the specification of tlog-proof has it.
func receipt(vkey, path, leaf string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(leaf)
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("this is no receipt")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := open([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("leaf %d of %d\n", index, tree.N)
	return nil
}

func judge(vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		data, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			return err
		}
		if opened, err := note.Open(data, note.VerifierList(verifier)); err == nil {
			fmt.Printf("yes %s\n", base64.StdEncoding.EncodeToString([]byte(opened.Text)))
		} else {
			fmt.Println("no")
		}
	}
	return lines.Err()
}

func sign(name, seed string) error {
	random, err := hex.DecodeString(seed)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(bytes.NewReader(random), name)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n%s\n", skey, vkey, base64.StdEncoding.EncodeToString(signed))
	return nil
}

func main() {
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 2 && arguments[0] == "log":
		err = verifyLog(directory(arguments[1]))
	case len(arguments) >= 3 && arguments[0] == "since":
		err = since(directory(arguments[1]), arguments[2:])
	case len(arguments) == 4 && arguments[0] == "receipt":
		err = receipt(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 2 && arguments[0] == "judge":
		err = judge(arguments[1])
	case len(arguments) == 3 && arguments[0] == "sign":
		err = sign(arguments[1], arguments[2])
	default:
		err = fmt.Errorf("see the head of main.go")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
