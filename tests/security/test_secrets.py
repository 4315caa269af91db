"""Secrets are made once, for their owner only, and refused when anybody else could know them."""

import os

import pytest

from watchfloor.core.errors import UnsafeError
from watchfloor.security.secrets import guarded, secret


def test_made_once_and_kept(tmp_path):
    first = secret(tmp_path, "cookies")
    assert len(first) == 32
    assert secret(tmp_path, "cookies") == first
    assert secret(tmp_path, "forms") != first
    assert (tmp_path / "secrets" / "cookies").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_mode_holds_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        secret(tmp_path, "cookies")
    finally:
        os.umask(before)
    assert (tmp_path / "secrets" / "cookies").stat().st_mode & 0o777 == 0o600


def test_readable_by_others_is_refused(tmp_path):
    secret(tmp_path, "cookies")
    (tmp_path / "secrets" / "cookies").chmod(0o640)
    with pytest.raises(UnsafeError, match=r"mode 640.*chmod"):
        secret(tmp_path, "cookies")
    (tmp_path / "secrets").chmod(0o755)
    with pytest.raises(UnsafeError, match="mode 755"):
        guarded(tmp_path / "secrets")


def test_link_is_refused(tmp_path):
    secret(tmp_path, "cookies")
    (tmp_path / "secrets" / "forms").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeError, match="cannot be used as a secret"):
        secret(tmp_path, "forms")
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises((UnsafeError, FileExistsError)):
        guarded(tmp_path / "link")


def test_foreign_owner_is_refused(tmp_path, monkeypatch):
    secret(tmp_path, "cookies")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(UnsafeError, match="belongs to user id"):
        secret(tmp_path, "cookies")


def test_short_secret_and_odd_name_are_refused(tmp_path):
    secret(tmp_path, "cookies")
    (tmp_path / "secrets" / "cookies").write_bytes(b"short")
    with pytest.raises(UnsafeError, match="holds 5 bytes, expected 32"):
        secret(tmp_path, "cookies")
    with pytest.raises(UnsafeError, match="cannot name a secret"):
        secret(tmp_path, "../outside")
