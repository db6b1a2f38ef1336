"""Rule files as nobody would lay them out: for the laws of the formatter."""

from __future__ import annotations

import re

from hypothesis import strategies as st

KEYS = (
    *("language", "rule", "entity", "register", "title", "summary", "status", "legal_basis", "effective", "when"),
    *("scenarios", "given", "notice", "text", "en", "ru", "date", "name", "given", "zzz", "a b", "a#b", "it's", "ключ"),
    *("-x", "?x", "{x}", "12:30", "yes", "<<x", "😀", "a: b", "# no", "", " x", 'say "a"', "back\\slash", "=", "~"),
)
TEXTS = (
    *(
        "RU",
        "NO",
        "20.33",
        "1",
        "true",
        "null",
        "2024-02-20",
        "12:30",
        "https://example.org/a?b=c#d",
        "- x",
        "-",
        "? x",
    ),
    *("", " ", "a: b", "a:", "a #b", "a#b", "#a", "[a]", "{a}", "a, b", "*a", "&a", "!a", "%a", "@a", "`a`", "it's"),
    *(
        'say "a"',
        "back\\slash",
        "tab\there",
        "\ttab",
        "a\nb",
        "a\n\nb\n",
        "a\n",
        "a\n\n",
        "\na",
        " a\n  b",
        "a\n  b",
        "a \nb",
    ),
    *(
        "😀 emoji",
        "\x85",
        "a\u2028b",
        "\ufeffx",
        "\u00a0x",
        "\x07",
        "word " * 40 + "end",
        "x" * 150,
        "one  two " * 15 + "x",
    ),
    *(
        "---",
        "--- x",
        "...",
        "<<",
        "=",
        "perhaps x",
        "a\n---\nb",
        "long words " * 12 + ": and # signs",
        "# " + "no " * 60,
    ),
    "first paragraph " * 8 + "end\nsecond paragraph " * 3 + "end\n",
)


Tree = str | list["Tree"] | dict[str, "Tree"]
texts = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8"), max_size=12)
trees: st.SearchStrategy[Tree] = st.recursive(
    texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=4),
    max_leaves=10,
)


class Writer:
    """Writes a tree in every style that YAML has, with comments wherever one may stand."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments: list[str] = []
        self.is_below_text = False

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def comment(self) -> str:
        tail = self.draw(
            st.sampled_from(["", " words", ' "quote', " 'x", " a: b", "#", " [", " 😀", " \t", " - x", "  "])
        )
        text = f"#<{len(self.comments)}>{tail}"
        self.comments.append(text)
        return text

    def above(self, indent: int) -> str:
        """Blank lines and comments, indented in any way."""
        found = ""
        while self.chance(6):
            deepest = indent if self.is_below_text else indent + 5  # deeper, it would be a line of the text
            column = self.draw(st.sampled_from([min(each, deepest) for each in (indent, 0, 1, indent + 2, indent + 5)]))
            found += "\n" if self.chance(2) else f"{' ' * column}{self.comment()}\n"
        return found

    def end(self) -> str:
        return f"{self.draw(st.sampled_from([' ', '  ', '          ']))}{self.comment()}\n" if self.chance(6) else "\n"

    def quoted(self, text: str) -> str:
        """A text on one line."""
        escaped = "".join(
            f"\\U{ord(letter):08X}" if letter < " " or letter > "~" or letter in '"\\' else letter for letter in text
        )
        is_plain = text.isalnum() and text.isascii()
        is_visible = text.isprintable() and (text == "" or "\ufeff" not in text)
        ways = [f'"{escaped}"']
        ways += ["'" + text.replace("'", "''") + "'"] * (2 * is_visible)
        ways += [text] * (3 * is_plain)
        return self.draw(st.sampled_from(ways))

    def gap(self) -> str:
        """Nothing, or a line end between brackets, perhaps with a comment."""
        below = f"\n{' ' * 12}"
        return f" {self.comment()}{below}" if self.chance(9) else below if self.chance(9) else ""

    def flow(self, tree: Tree) -> str:
        """A value between brackets, on one line or on several."""
        if isinstance(tree, str):
            return self.quoted(tree)
        if isinstance(tree, list):
            items = [f"{self.gap()}{self.flow(item)}{self.gap()}" for item in tree]
            return f"[{','.join(items)}{self.gap()}]"
        items = [f"{self.gap()}{self.quoted(key)}: {self.flow(value)}{self.gap()}" for key, value in tree.items()]
        return f"{{{', '.join(items)}{self.gap()}}}"

    def block_text(self, text: str, indent: int) -> str | None:
        """The text below its key, with marks for its indentation and its end; None where it cannot stand there."""
        body = text.rstrip("\n")
        odd = any(not (letter.isprintable() or letter == "\n") or letter in "\ufeff\xa0" for letter in text)
        if odd or not body or body[0] in "\n\t":
            return None
        ends = len(text) - len(body)
        chomp = "-" if ends == 0 else "" if ends == 1 else "+"
        step = self.draw(st.integers(1, 4))
        mark = str(step) if body[0] == " " or self.chance(3) else ""
        header = self.end()
        is_folded = not any(line[:1] in {" ", "\t"} for line in body.split("\n")) and self.chance(2)
        lines = self.folded(body) if is_folded else body.split("\n")
        written = "".join(f"{' ' * (indent + step)}{line}\n" if line else "\n" for line in lines)
        extra = "\n" * (ends - 1) if ends > 1 else "\n" * self.chance(4)
        return f"{'>' if is_folded else '|'}{mark}{chomp}{header}{written}{extra}"

    def folded(self, body: str) -> list[str]:
        """Lines that stand for the text: a space between words may be a line end, and a line end is a blank line."""
        lines: list[str] = []
        for number, paragraph in enumerate(body.split("\n")):
            lines += [""] * (number > 0)
            line = ""
            for word in re.split(r" (?=[^ \t])", paragraph):
                if line.strip(" \t") and self.chance(5):
                    lines.append(line)
                    line = word
                else:
                    line = f"{line} {word}" if line else word
            lines += [line] * (line != "")
        return lines

    def value(self, tree: Tree, indent: int, *, is_item: bool) -> str:
        """What stands behind a key or a dash, and below."""
        if isinstance(tree, str):
            below = self.block_text(tree, indent) if self.chance(2) else None
            self.is_below_text = below is not None
            return f" {below}" if below else f" {self.quoted(tree)}{self.end()}"
        self.is_below_text = False
        if not tree or self.chance(3):
            return f" {self.flow(tree)}{self.end()}"
        deeper = indent + self.draw(st.integers(1, 4))
        if is_item and self.chance(2):
            block = self.block(tree, indent + 2)
            return f" {block.lstrip(' ')}" if block.lstrip(" ")[0] not in "#\n" else f"\n{block}"
        return f"{self.end()}{self.block(tree, deeper)}"

    def block(self, tree: Tree, indent: int) -> str:
        margin, found = " " * indent, ""
        if isinstance(tree, dict):
            for key, value in tree.items():
                found += f"{self.above(indent)}{margin}{self.quoted(key)}:{self.value(value, indent, is_item=False)}"
        else:
            for item in tree:
                found += f"{self.above(indent)}{margin}-{self.value(item, indent, is_item=True)}"
        return found


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A document, and the comments that stand in it."""
    writer = Writer(draw)
    tree = draw(st.dictionaries(st.sampled_from(KEYS), trees, min_size=1, max_size=6))
    text = writer.above(0) + writer.block(tree, 0) + writer.above(0)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text, writer.comments
