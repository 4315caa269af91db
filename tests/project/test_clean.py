"""No name of a host of packages, no path of a machine, no word about how the work is organised."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|anaconda\.org|/root/|/home/\w+/|/opt/wf",
    re.IGNORECASE,
)


def test_texts_name_no_registry_host_and_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        path = ROOT / name
        if path == Path(__file__).resolve() or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = HOSTS.search(text)
        assert not found, f"{name} holds {found.group()!r}"
