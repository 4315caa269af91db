"""Local accounts: hashes, not passwords; the file is the truth, at once."""

import stat
import threading

import pytest

from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError, UnsafeError
from watchfloor.security.accounts import Accounts

WORDS = "correct horse battery"


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "accounts.toml")


def test_password_is_hashed_with_argon2id(accounts):
    accounts.add("anna", WORDS, ["duty"])
    text = accounts.path.read_text(encoding="utf-8")
    assert WORDS not in text
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in text
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert WORDS not in repr(accounts.get("anna"))
    assert "argon2" not in repr(accounts.get("anna"))


def test_only_the_right_password_opens(accounts):
    accounts.add("anna", WORDS, ["duty", "trainer"])
    found = accounts.verify("anna", WORDS)
    assert found is not None
    assert found.roles == {"duty", "trainer"}
    for name, word in (
        ("anna", WORDS + " "),
        ("anna", ""),
        ("Anna", WORDS),
        ("nobody", WORDS),
        ("anna", "x" * 10_000),
    ):
        assert accounts.verify(name, word) is None


def test_same_password_in_two_unicode_forms(accounts):
    accounts.add("anna", "café au lait twice", ["duty"])
    assert accounts.verify("anna", "cafe\u0301 au lait twice") is not None


def test_change_in_the_file_counts_at_once(accounts):
    other = Accounts(accounts.path)
    accounts.add("anna", WORDS, ["duty"])
    before = other.get("anna")
    accounts.add("anna", "another good password", ["viewer"])
    after = other.get("anna")
    assert before.stamp != after.stamp
    assert after.roles == {"viewer"}
    assert other.verify("anna", WORDS) is None
    accounts.remove("anna")
    assert other.get("anna") is None
    assert len(other) == 0


def test_account_survives_a_lost_file_as_nobody(accounts):
    accounts.add("anna", WORDS, ["duty"])
    accounts.path.unlink()
    assert accounts.verify("anna", WORDS) is None


@pytest.mark.parametrize("name", ["", "Anna", "a b", "../x", "a" * 33, "анна", "-a", 'a"b', "a\n"])
def test_odd_names_are_refused(accounts, name):
    with pytest.raises(InvalidInputError, match="cannot name an account"):
        accounts.add(name, WORDS, ["duty"])


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "expected 12 to 256"), ("x" * 300, "expected 12 to 256"), ("aaaaaaaaaaaaaaaa", "easy to guess"),
     ("anna-anna-bob-12", "easy to guess")],
)  # fmt: skip
def test_weak_passwords_are_refused(accounts, password, why):
    with pytest.raises(InvalidInputError, match=why):
        accounts.add("anna", password, ["duty"])
    assert len(accounts) == 0


def test_roles_are_checked(accounts):
    with pytest.raises(UnknownNameError, match="did you mean 'duty'"):
        accounts.add("anna", WORDS, ["dutty"])
    with pytest.raises(InvalidInputError, match="needs a role"):
        accounts.add("anna", WORDS, [])
    with pytest.raises(UnknownNameError, match="no account 'bo'"):
        accounts.remove("bo")


def test_file_that_others_can_read_is_refused(accounts):
    accounts.add("anna", WORDS, ["duty"])
    accounts.path.chmod(0o644)
    with pytest.raises(UnsafeError, match="chmod 600"):
        Accounts(accounts.path).get("anna")


def test_link_is_refused(accounts, tmp_path):
    accounts.add("anna", WORDS, ["duty"])
    (tmp_path / "link.toml").symlink_to(accounts.path)
    with pytest.raises(UnsafeError, match="not a plain file"):
        Accounts(tmp_path / "link.toml").get("anna")


@pytest.mark.parametrize(
    "text",
    [
        '[users.anna]\nroles=["duty"]\nhash="plaintext"',
        "[users.anna",
        '[users."a b"]\nroles=[]\nhash="$argon2id$x"',
        "users = {anna = 3}",
    ],
)
def test_malformed_file_is_told(accounts, text):
    accounts.path.write_text(text, encoding="utf-8")
    accounts.path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"accounts\.toml"):
        accounts.get("anna")


def test_two_writers_lose_nothing(accounts):
    def add(number: int) -> None:
        Accounts(accounts.path).add(f"user{number}", WORDS, ["viewer"])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [account.name for account in accounts] == [f"user{number}" for number in range(6)]
