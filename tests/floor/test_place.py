"""Floors are found by name and by path, and never share a data folder."""

import pytest

from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError
from watchfloor.core.settings import Settings
from watchfloor.core.share import folder
from watchfloor.floor import data_folder, floors, store_path, store_place
from watchfloor.floor.place import find


def test_the_products_floors_and_the_operators_are_listed(make, tmp_path):
    settings = make()
    assert set(floors(settings)) >= {"small", "demo", "world"}
    assert floors(settings)["demo"] == folder("catalogs") / "demo"
    (tmp_path / "roots" / "demo").mkdir()
    (tmp_path / "roots" / "demo" / "catalog.yml").touch()
    assert floors(settings)["demo"] == tmp_path / "roots" / "demo", "the operator's own comes first"
    (tmp_path / "roots" / "none").mkdir()
    (tmp_path / "roots" / ".hidden").mkdir()
    (tmp_path / "roots" / ".hidden" / "catalog.yml").touch()
    assert not {"none", ".hidden", "shared"} & set(floors(settings))


def test_a_floor_is_found_by_name_folder_and_file(make, tmp_path):
    settings = make()
    place = tmp_path / "roots" / "small"
    assert find("small", settings) == place
    assert (
        find(str(place), settings) == find(place, settings) == find(place / "catalog.yml", settings) == place
    )


def test_an_unknown_name_is_answered_with_those_that_there_are(make, tmp_path):
    with pytest.raises(
        UnknownNameError, match=r"no floor 'smal'; did you mean 'small'\? Known: demo, small, world"
    ):
        find("smal", make())
    with pytest.raises(UnknownNameError, match=r"no floor '\.\.'"):
        find("..", make())
    with pytest.raises(InvalidInputError, match=r"catalog\.yml"):
        find(tmp_path, make())


def test_each_floor_has_its_own_store(make, tmp_path):
    settings = make()
    assert store_path(settings) == tmp_path / "var" / "small" / "store.sqlite"
    assert store_path(settings, "world") == tmp_path / "var" / "world" / "store.sqlite"
    assert data_folder(settings, tmp_path / "roots" / "small") == tmp_path / "var" / "small"
    other = Settings(store=f"sqlite:///{tmp_path}/own.sqlite")
    assert store_path(other) == tmp_path / "own.sqlite"
    with pytest.raises(InvalidInputError, match="no file"):
        store_path(Settings(store="postgresql://host/db"))


def test_on_a_server_each_floor_has_its_own_schema_archive_and_no_password_in_sight(make, tmp_path):
    settings = make(store="postgresql://duty@host/db", store_password="hush")
    place = store_place(settings, "world")
    assert place.url == "postgresql://duty@host/db?schema=watchfloor_world"
    assert place.archive == tmp_path / "var" / "world" / "archive"
    assert place.password == "hush"
    assert "hush" not in f"{place} {settings!r}"
    named = make(store="postgresql://duty@host/db?schema=mine&sslmode=require", archive=tmp_path / "old")
    assert store_place(named, "world").url == named.store
    assert store_place(named, "world").archive == tmp_path / "old" / "world"
    assert store_place(make(archive=tmp_path / "old"), "world").archive == tmp_path / "old" / "world"
    assert store_place(make(), "world").archive is None, "beside the file"


def test_the_password_of_the_stores_server_comes_from_a_file(make, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush\nmore\n")
    settings = make(store="postgresql://duty@host/db", store_password_file=secret)
    assert store_place(settings).password == "hush"
    secret.unlink()
    with pytest.raises(SettingsError, match="store_password_file"):
        store_place(settings)
