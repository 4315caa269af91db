"""Capabilities, roles and the check behind every act."""

import pytest

from watchfloor.core.errors import ForbiddenError, UnknownNameError
from watchfloor.security.roles import ROLES, Actor, Capability, capability, known, require


def test_matrix_is_as_written():
    allowed = {role: {item.value for item in caps} for role, caps in ROLES.items()}
    assert allowed == {
        "viewer": {"view"},
        "duty": {"view", "acknowledge", "record", "decide"},
        "trainer": {"view", "train"},
        "admin": {"view", "acknowledge", "record", "decide", "train", "administer"},
    }


@pytest.mark.parametrize("what", list(Capability))
@pytest.mark.parametrize("role", [*ROLES, "root", ""])
def test_only_the_named_roles_pass(role, what):
    actor = Actor("bo", frozenset({role}))
    if what in ROLES.get(role, ()):
        assert require(actor, what) is actor
    else:
        with pytest.raises(ForbiddenError, match=f"bo .* may not {what.value}; that needs the role .*admin"):
            require(actor, what)


def test_roles_add_up():
    actor = Actor("bo", frozenset({"viewer", "trainer", "duty"}))
    assert actor.may(Capability.TRAIN)
    assert actor.may(Capability.DECIDE)
    assert not actor.may(Capability.ADMINISTER)


def test_nobody_may_nothing():
    with pytest.raises(ForbiddenError, match="Nobody is signed in"):
        require(None, Capability.VIEW)
    with pytest.raises(ForbiddenError, match="no role"):
        require(Actor("bo"), Capability.VIEW)


def test_unknown_words_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'duty'"):
        known(["viewer", "dutty"])
    with pytest.raises(UnknownNameError, match="did you mean 'decide'"):
        capability("decidee")
